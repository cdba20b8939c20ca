import { errno, type Helper } from '@sluice/ebpf';
import { copyBytes } from '@sluice/wire';
import type { HostBpf } from '../host-bpf.ts';

/** UAPI: BPF_F_RECOMPUTE_CSUM, BPF_F_INVALIDATE_HASH. */
const BPF_F_INVALIDATE_HASH = 2;
const STORE_FLAGS = 3;
/** UAPI: BPF_HDR_START_NET; the other is the link-layer header. */
const BPF_HDR_START_NET = 1;
const OFFSET_MAX = 0x7fffffff;

/** Reading and writing a packet's bytes. Kernel: net/core/filter.c bpf_skb_store_bytes() and its neighbours. */
export function skbBytesHelpers(bpf: HostBpf): [number, Helper][] {
  const { u8 } = bpf.arena;

  const storeBytes: Helper = (_ctx, offset, from, length, flags, flagsHigh) => {
    const skb = bpf.skb!;
    if ((flags! & ~STORE_FLAGS) !== 0 || flagsHigh !== 0) return -errno.EINVAL;
    if (offset! < 0 || offset! > OFFSET_MAX || offset! + length! > skb.len) return -errno.EFAULT;
    copyBytes(u8, from!, u8, skb.data + offset!, length!);
    if (flags! & BPF_F_INVALIDATE_HASH) skb.hash = 0;
    return 0;
  };

  const loadBytes: Helper = (_ctx, offset, to, length) => {
    const skb = bpf.skb!;
    return load(skb.data, skb.tail, offset!, to!, length!);
  };

  const loadBytesRelative: Helper = (_ctx, offset, to, length, start) => {
    const skb = bpf.skb!;
    const base = start === BPF_HDR_START_NET ? skb.networkHeader : start === 0 ? skb.macHeader : 0;
    if (base === 0) {
      u8.fill(0, to!, to! + length!);
      return -errno.EFAULT;
    }
    return load(base, skb.tail, offset!, to!, length!);
  };

  /** Copies `length` bytes from `base + offset`; where they are not all there, zeroes and fails. */
  function load(base: number, end: number, offset: number, to: number, length: number): number {
    if (offset < 0 || base + offset + length > end) {
      u8.fill(0, to, to + length);
      return -errno.EFAULT;
    }
    copyBytes(u8, base + offset, u8, to, length);
    return 0;
  }

  /** All bytes are linear and writable already; asking for more than there are fails. */
  const pullData: Helper = (_ctx, length) => (length! >>> 0 > bpf.skb!.len ? -errno.ENOMEM : 0);

  return [
    [9, storeBytes],
    [26, loadBytes],
    [68, loadBytesRelative],
    [39, pullData],
  ];
}
