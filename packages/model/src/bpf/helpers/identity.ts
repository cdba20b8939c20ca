import type { Helper } from '@sluice/ebpf';
import { skbFlowHash } from '../../core/skb-flow-hash.ts';
import type { HostBpf } from '../host-bpf.ts';

/** Cookie of the host's own namespace. */
const INIT_NETNS_COOKIE = 1;
const COMM_BYTES = 16;

/** Who sent it, and which flow it belongs to. Kernel: net/core/filter.c, kernel/bpf/helpers.c. */
export function identityHelpers(bpf: HostBpf): [number, Helper][] {
  const wide = (low: number): number => {
    bpf.vm.resultHigh = 0;
    return low;
  };

  const socketCookie: Helper = () => wide((bpf.sock ?? bpf.skb?.sk)?.cookie ?? 0);

  const netnsCookie: Helper = (ctx) => {
    const sock = ctx === 0 ? undefined : (bpf.sock ?? bpf.skb?.sk);
    return wide(sock ? sock.netns.cookie : INIT_NETNS_COOKIE);
  };

  const hashRecalc: Helper = () => {
    const skb = bpf.skb!;
    if (skb.hash === 0) skb.hash = skbFlowHash(skb);
    return skb.hash | 0;
  };

  const setHash: Helper = (_ctx, hash) => {
    bpf.skb!.hash = hash! >>> 0;
    return 0;
  };

  const hashInvalid: Helper = () => {
    bpf.skb!.hash = 0;
    return 0;
  };

  /** One process per namespace, numbered as its cookie. */
  const pid = (): number => bpf.sock?.netns.cookie ?? 0;
  const pidTgid: Helper = () => {
    bpf.vm.resultHigh = pid();
    return pid();
  };

  const comm: Helper = (to, size) => {
    const name = new TextEncoder()
      .encode(bpf.sock?.netns.name ?? 'swapper')
      .subarray(0, Math.min(size!, COMM_BYTES) - 1);
    bpf.arena.u8.fill(0, to!, to! + size!);
    bpf.arena.write(to!, name);
    return 0;
  };

  return [
    [46, socketCookie],
    [122, netnsCookie],
    [34, hashRecalc],
    [48, setHash],
    [41, hashInvalid],
    [14, pidTgid],
    [15, () => wide(0)],
    [16, comm],
    [80, () => wide(pid())],
    [17, () => 0],
    [24, () => 0],
  ];
}
