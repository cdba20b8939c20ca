import { errno, HashMap, type Helper, SlotMap } from '@sluice/ebpf';
import { be32At } from '@sluice/wire';
import { devQueueXmit } from '../../core/dev-queue-xmit.ts';
import { ethTypeTrans } from '../../core/eth-type-trans.ts';
import { netifRx } from '../../core/netif-rx.ts';
import { BPF_F_INGRESS, BPF_F_NEIGH, BPF_F_NEXTHOP, BPF_F_PEER } from '../../core/skb-do-redirect.ts';
import { XDP_ABORTED, XDP_REDIRECT } from '../../core/xdp-buff.ts';
import { run } from '../../runner.ts';
import { skbCopy } from '../../skb/skb-copy.ts';
import type { HostBpf } from '../host-bpf.ts';
import { TC_ACT_REDIRECT, TC_ACT_SHOT } from '../tcx-run.ts';

/** UAPI: sizeof(struct bpf_redir_neigh), AF_INET. */
const REDIR_NEIGH_BYTES = 20;
const AF_INET = 2;
/** Low flag bits of bpf_redirect_map(): what to return where the map has no entry. */
const ACTION_MASK = 3;

/** Sending a packet elsewhere. Kernel: net/core/filter.c bpf_redirect() and its neighbours. */
export function redirectHelpers(bpf: HostBpf): [number, Helper][] {
  const info = bpf.redirect;

  const redirect: Helper = (ifindex, flags, flagsHigh) => {
    if (bpf.runsXdp) {
      if (flags !== 0 || flagsHigh !== 0) return XDP_ABORTED;
      info.set(ifindex!, 0, 0);
      return XDP_REDIRECT;
    }
    if ((flags! & ~BPF_F_INGRESS) !== 0 || flagsHigh !== 0) return TC_ACT_SHOT;
    info.set(ifindex!, flags!, 0);
    return TC_ACT_REDIRECT;
  };

  const peer: Helper = (ifindex, flags, flagsHigh) => {
    if (flags !== 0 || flagsHigh !== 0) return TC_ACT_SHOT;
    info.set(ifindex!, BPF_F_PEER, 0);
    return TC_ACT_REDIRECT;
  };

  const neigh: Helper = (ifindex, params, size, flags, flagsHigh) => {
    if (flags !== 0 || flagsHigh !== 0 || (size !== 0 && size! < REDIR_NEIGH_BYTES)) return TC_ACT_SHOT;
    if (size !== 0 && bpf.arena.u32[params! >>> 2] !== AF_INET) return TC_ACT_SHOT;
    const nextHop = size === 0 ? 0 : be32At(bpf.arena.u8, params! + 4);
    info.set(ifindex!, size === 0 ? BPF_F_NEIGH : BPF_F_NEIGH | BPF_F_NEXTHOP, nextHop);
    return TC_ACT_REDIRECT;
  };

  const map: Helper = (mapId, key, _keyHigh, flags) => {
    const ifindex = deviceInMap(mapId!, key!);
    if (ifindex === 0) return flags! & ACTION_MASK;
    if ((flags! & ~ACTION_MASK) !== 0) return XDP_ABORTED;
    info.set(ifindex, 0, 0);
    return XDP_REDIRECT;
  };

  /** The ifindex that a device map holds under `key`, 0 for none; CPU and socket maps hold no devices. */
  function deviceInMap(mapId: number, key: number): number {
    const found = bpf.vm.map(mapId);
    if (found?.spec.type === 'devmap' && found instanceof SlotMap) return found.numberAt(key);
    if (found?.spec.type !== 'devmap_hash' || !(found instanceof HashMap)) return 0;
    const at = bpf.pushContext(8);
    bpf.arena.i32[at >> 2] = key;
    const value = found.lookup(at);
    bpf.popContext();
    return value === 0 ? 0 : bpf.arena.i32[value >> 2]!;
  }

  const cloneRedirect: Helper = (_ctx, ifindex, flags, flagsHigh) => {
    if ((flags! & ~BPF_F_INGRESS) !== 0 || flagsHigh !== 0) return -errno.EINVAL;
    const skb = bpf.skb!;
    const { netns } = skb.dev;
    const target = netns.deviceByIndex(ifindex!);
    if (target === undefined) return -errno.EINVAL;
    const copy = skbCopy(skb);
    const { tracer } = netns.host.machine;
    tracer.follow(copy, tracer.birth(netns));
    copy.dev = target;
    copy.redirected = true;
    if (flags! & BPF_F_INGRESS) {
      ethTypeTrans(copy);
      run(netifRx, copy);
    } else run(devQueueXmit, copy);
    return 0;
  };

  return [
    [23, redirect],
    [155, peer],
    [152, neigh],
    [51, map],
    [13, cloneRedirect],
  ];
}
