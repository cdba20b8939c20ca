import { errno, type Helper } from '@sluice/ebpf';
import { ETH_P_IP, ipHeaderBytes } from '@sluice/wire';
import { PACKET_OTHERHOST, type SkBuff } from '../../skb/sk-buff.ts';
import { skbExpand } from '../../skb/skb-expand.ts';
import { updateSkbContext } from '../context/skb-context.ts';
import type { HostBpf } from '../host-bpf.ts';

/** UAPI: enum bpf_adj_room_mode, and the flags of bpf_skb_adjust_room() that the model knows. */
const BPF_ADJ_ROOM_NET = 0;
const BPF_ADJ_ROOM_MAC = 1;
const BPF_F_ADJ_ROOM_FIXED_GSO = 1;
const BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 = 2;
const BPF_F_ADJ_ROOM_ENCAP_L4_UDP = 16;
const BPF_F_ADJ_ROOM_NO_CSUM_RESET = 32;
const GROW_FLAGS =
  BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L4_UDP | BPF_F_ADJ_ROOM_NO_CSUM_RESET;
const ENOTSUPP = 524;
const ROOM_MAX = 0xfff;
const IPV4_HLEN_MIN = 20;
/** Kernel: BPF_SKB_MAX_LEN, four pages less the shared info. */
const BPF_SKB_MAX_LEN = 16064;

/** Changing a packet's length or kind. Kernel: net/core/filter.c bpf_skb_change_tail() and its neighbours. */
export function skbShapeHelpers(bpf: HostBpf): [number, Helper][] {
  const done = (skb: SkBuff, result: number): number => {
    updateSkbContext(skb);
    return result;
  };

  const changeTail: Helper = (_ctx, length, flags, flagsHigh) => {
    const skb = bpf.skb!;
    const now = skb.len;
    const least = Math.max(skb.networkHeader - skb.data, skb.transportHeader - skb.data, 0);
    if (flags !== 0 || flagsHigh !== 0 || length! < least || length! > BPF_SKB_MAX_LEN) return -errno.EINVAL;
    if (length! > now) {
      if (!skbExpand(skb, 0, length! - now)) return -errno.ENOMEM;
      skb.bytes.fill(0, skb.tail, skb.data + length!);
    }
    skb.tail = skb.data + length!;
    return done(skb, 0);
  };

  const changeHead: Helper = (_ctx, room, flags, flagsHigh) => {
    const skb = bpf.skb!;
    if (flags !== 0 || flagsHigh !== 0 || room! < 0 || skb.len + room! > BPF_SKB_MAX_LEN) return -errno.EINVAL;
    if (!skbExpand(skb, room!, 0)) return -errno.ENOMEM;
    skb.push(room!);
    skb.bytes.fill(0, skb.data, skb.data + room!);
    skb.macHeader = skb.data;
    skb.metaBytes = 0;
    return done(skb, 0);
  };

  const changeType: Helper = (_ctx, type) => {
    const skb = bpf.skb!;
    if (skb.pktType > PACKET_OTHERHOST || type! < 0 || type! > PACKET_OTHERHOST) return -errno.EINVAL;
    skb.pktType = type!;
    return 0;
  };

  const adjustRoom: Helper = (_ctx, difference, mode, flags, flagsHigh) => {
    const skb = bpf.skb!;
    const size = Math.abs(difference!);
    if ((flags! & ~GROW_FLAGS) !== 0 || flagsHigh !== 0) return -errno.EINVAL;
    if (size > ROOM_MAX) return -errno.EFAULT;
    if (skb.protocol !== ETH_P_IP || (mode !== BPF_ADJ_ROOM_NET && mode !== BPF_ADJ_ROOM_MAC)) return -ENOTSUPP;
    const mac = skb.networkHeader - skb.macHeader;
    const network = mode === BPF_ADJ_ROOM_NET ? ipHeaderBytes(skb.bytes, skb.networkHeader) : 0;
    const result = difference! < 0 ? shrink(skb, mac + network, size, flags!) : grow(skb, mac + network, size, flags!);
    return done(skb, result);
  };

  function grow(skb: SkBuff, offset: number, size: number, flags: number): number {
    if (skb.gsoBytes === 0 && skb.len + size > BPF_SKB_MAX_LEN) return -ENOTSUPP;
    const same = skb.transportHeader === skb.networkHeader;
    const mac = skb.networkHeader - skb.macHeader;
    if (!skbExpand(skb, size, 0)) return -errno.ENOMEM;
    const from = skb.data;
    skb.push(size);
    skb.bytes.copyWithin(skb.data, from, from + offset);
    skb.bytes.fill(0, skb.data + offset, skb.data + offset + size);
    skb.macHeader -= size;
    skb.networkHeader -= size;
    if (same) skb.transportHeader = skb.networkHeader;
    if (flags & BPF_F_ADJ_ROOM_ENCAP_L3_IPV4) {
      skb.networkHeader = skb.macHeader + mac;
      if (flags & BPF_F_ADJ_ROOM_ENCAP_L4_UDP) skb.transportHeader = skb.networkHeader + IPV4_HLEN_MIN;
    }
    skb.metaBytes = 0;
    return 0;
  }

  function shrink(skb: SkBuff, offset: number, size: number, flags: number): number {
    if (flags & (BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L4_UDP)) return -errno.EINVAL;
    const packet = skb.tail - skb.networkHeader;
    if (size >= packet || packet - size < IPV4_HLEN_MIN) return -ENOTSUPP;
    const same = skb.transportHeader === skb.networkHeader;
    skb.bytes.copyWithin(skb.data + size, skb.data, skb.data + offset);
    skb.pull(size);
    skb.macHeader += size;
    skb.networkHeader += size;
    if (same) skb.transportHeader = skb.networkHeader;
    skb.metaBytes = 0;
    return 0;
  }

  return [
    [38, changeTail],
    [43, changeHead],
    [32, changeType],
    [50, adjustRoom],
  ];
}
