import type { SkBuff } from '../skb/sk-buff.ts';

/** UAPI: NF_DROP, NF_ACCEPT, NF_STOLEN. */
export const NF_DROP = 0;
export const NF_ACCEPT = 1;
export const NF_STOLEN = 2;
export type NfVerdict = typeof NF_DROP | typeof NF_ACCEPT | typeof NF_STOLEN;

/** Where hook functions are called. Kernel: enum nf_inet_hooks, and NF_NETDEV_INGRESS. */
export type NfHookPoint = 'ingress' | 'preRouting' | 'localIn' | 'forward' | 'localOut' | 'postRouting';

/** UAPI: enum nf_ip_hook_priorities: what runs first. */
export const NF_IP_PRI_RAW = -300;
export const NF_IP_PRI_CONNTRACK = -200;
export const NF_IP_PRI_MANGLE = -150;
export const NF_IP_PRI_NAT_DST = -100;
export const NF_IP_PRI_FILTER = 0;
export const NF_IP_PRI_NAT_SRC = 100;

/** A function that a table or a module registered. The packet's `networkHeader` is set. */
export interface NfHookOps {
  readonly name: string;
  readonly priority: number;
  readonly hook: (skb: SkBuff) => NfVerdict;
}

/** The hook functions of a namespace, by point, lowest priority number first. Row E1. */
export class NfHooks {
  readonly ingress: NfHookOps[] = [];
  readonly preRouting: NfHookOps[] = [];
  readonly localIn: NfHookOps[] = [];
  readonly forward: NfHookOps[] = [];
  readonly localOut: NfHookOps[] = [];
  readonly postRouting: NfHookOps[] = [];

  /** Kernel: nf_register_net_hook(). Returns what takes it away again. */
  register(point: NfHookPoint, ops: NfHookOps): () => void {
    const list = this[point];
    list.push(ops);
    list.sort((a, b) => a.priority - b.priority);
    return () => {
      const at = list.indexOf(ops);
      if (at >= 0) list.splice(at, 1);
    };
  }
}
