import type { TestRunInput, TestRunResult } from '@sluice/engine';
import { ETH_HLEN, ETH_P_IP, ETH_P_IPV6, etherType, IPV4_HLEN, IPV6_HLEN, le32At, setLe32 } from '@sluice/wire';
import { ethTypeTrans } from '../core/eth-type-trans.ts';
import { kfreeSkb } from '../skb/kfree-skb.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import * as F from '../skb/sk-buff-fields.ts';
import type { ModelProgram } from './program.ts';
import { bpfProgRunSkb } from './tcx-run.ts';

/** The fields of `__sk_buff` that a caller may set, and that come back: mark, priority, cb, tstamp, wire_len, gso. */
const SETTABLE: readonly number[] = [
  F.SKB_MARK,
  F.SKB_PRIORITY,
  F.SKB_INGRESS_IFINDEX,
  F.SKB_IFINDEX,
  F.SKB_CB,
  F.SKB_CB + 1,
  F.SKB_CB + 2,
  F.SKB_CB + 3,
  F.SKB_CB + 4,
  F.SKB_TSTAMP,
  F.SKB_TSTAMP + 1,
  F.SKB_WIRE_LEN,
  F.SKB_GSO_SEGS,
  F.SKB_GSO_SIZE,
];

/**
 * A tc or cgroup_skb program on a frame; the latter sees it from the IP header. Returns an errno name for a context that
 * Linux refuses. Kernel: net/bpf/test_run.c bpf_prog_test_run_skb().
 */
export function bpfProgTestRunSkb(program: ModelProgram, input: TestRunInput): TestRunResult | 'EINVAL' | 'ENODEV' {
  const { host } = program.bpf;
  const { data, context } = input;
  if (context && !acceptable(context)) return 'EINVAL';
  if (data.length < leastBytes(data)) return 'EINVAL';
  const ifindex = context ? le32At(context, F.SKB_IFINDEX * 4) : 0;
  const dev = ifindex > 1 ? host.root.deviceByIndex(ifindex) : host.root.loopback;
  if (dev === undefined) return 'ENODEV';
  const skb = host.machine.packets.alloc(data.length, dev);
  skb.bytes.set(data, skb.data);
  skb.tail = skb.data + data.length;
  ethTypeTrans(skb);
  const fromLink = program.type === 'sched_cls';
  if (fromLink) skb.push(ETH_HLEN);
  if (context) for (const field of SETTABLE) skb.setWord(field, le32At(context, field * 4));
  if (context) skb.inputInterface = le32At(context, F.SKB_INGRESS_IFINDEX * 4);
  let returnValue = 0;
  for (let i = 0; i < Math.max(1, input.repeat ?? 1); i++) returnValue = bpfProgRunSkb(program, skb);
  if (!fromLink) {
    skb.push(ETH_HLEN);
    skb.bytes.fill(0, skb.data, skb.data + ETH_HLEN);
  }
  const result = {
    returnValue,
    data: skb.bytes.slice(skb.data, skb.tail),
    ...(context ? { context: contextOut(context, skb, data.length) } : {}),
  };
  kfreeSkb(skb);
  return result;
}

/** Linux wants the whole IP header of what says that it is IP (seen on 6.18). */
function leastBytes(frame: Uint8Array): number {
  if (frame.length < ETH_HLEN) return ETH_HLEN;
  const type = etherType(frame, 0);
  if (type === ETH_P_IP) return ETH_HLEN + IPV4_HLEN;
  return type === ETH_P_IPV6 ? ETH_HLEN + IPV6_HLEN : ETH_HLEN;
}

/** Everything but the settable fields must be zero. Kernel: convert___skb_to_skb(). */
function acceptable(context: Uint8Array): boolean {
  if (context.length < F.SK_BUFF_CONTEXT_BYTES) return false;
  for (let field = 0; field < F.SK_BUFF_CONTEXT_BYTES / 4; field++) {
    if (!SETTABLE.includes(field) && le32At(context, field * 4) !== 0) return false;
  }
  return true;
}

function contextOut(context: Uint8Array, skb: SkBuff, bytes: number): Uint8Array {
  const out = context.slice();
  for (const field of SETTABLE) setLe32(out, field * 4, skb.word(field));
  setLe32(out, F.SKB_INGRESS_IFINDEX * 4, skb.inputInterface);
  setLe32(out, F.SKB_IFINDEX * 4, skb.dev.ifindex);
  const wire = le32At(context, F.SKB_WIRE_LEN * 4);
  setLe32(out, F.SKB_WIRE_LEN * 4, wire === 0 ? bytes : wire);
  return out;
}
