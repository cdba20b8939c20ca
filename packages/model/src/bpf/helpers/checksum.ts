import { errno, type Helper } from '@sluice/ebpf';
import { foldSum, le16At, setLe16 } from '@sluice/wire';
import type { HostBpf } from '../host-bpf.ts';

const SIZE_MASK = 0xf;
const BPF_F_PSEUDO_HDR = 0x10;
const BPF_F_MARK_MANGLED_0 = 0x20;
const BPF_F_MARK_ENFORCE = 0x40;
const L4_FLAGS = BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | SIZE_MASK;
const ENOTSUPP = 524;

/**
 * Mending checksums. Words are taken as they lie in memory; the sum does not mind the byte order as long as all terms
 * have the same. Kernel: net/core/filter.c bpf_l3_csum_replace(), bpf_l4_csum_replace(). We depart: no checksum is ever
 * left to the hardware, so the pseudo-header flag changes nothing.
 */
export function checksumHelpers(bpf: HostBpf): [number, Helper][] {
  const { u8 } = bpf.arena;

  const replace = (at: number, from: number, to: number, size: number): number | undefined => {
    const sum = ~le16At(u8, at) & 0xffff;
    switch (size) {
      case 0:
        return from === 0 ? ~foldSum(sum + (to >>> 0)) & 0xffff : undefined;
      case 2:
        return ~foldSum(sum + (~from & 0xffff) + (to & 0xffff)) & 0xffff;
      case 4:
        return ~foldSum(sum + halves(~from >>> 0) + halves(to >>> 0)) & 0xffff;
      default:
        return undefined;
    }
  };

  const l3: Helper = (_ctx, offset, from, _fromHigh, to, _toHigh, flags, flagsHigh) => {
    const skb = bpf.skb!;
    if ((flags! & ~SIZE_MASK) !== 0 || flagsHigh !== 0) return -errno.EINVAL;
    if (!inside(offset!, skb.len)) return -errno.EFAULT;
    const at = skb.data + offset!;
    const checksum = replace(at, from!, to!, flags! & SIZE_MASK);
    if (checksum === undefined) return -errno.EINVAL;
    setLe16(u8, at, checksum);
    return 0;
  };

  const l4: Helper = (_ctx, offset, from, _fromHigh, to, _toHigh, flags, flagsHigh) => {
    const skb = bpf.skb!;
    if ((flags! & ~L4_FLAGS) !== 0 || flagsHigh !== 0) return -errno.EINVAL;
    if (!inside(offset!, skb.len)) return -errno.EFAULT;
    const at = skb.data + offset!;
    const zeroIsNone = (flags! & BPF_F_MARK_MANGLED_0) !== 0;
    if (zeroIsNone && (flags! & BPF_F_MARK_ENFORCE) === 0 && le16At(u8, at) === 0) return 0;
    const checksum = replace(at, from!, to!, flags! & SIZE_MASK);
    if (checksum === undefined) return -errno.EINVAL;
    setLe16(u8, at, zeroIsNone && checksum === 0 ? 0xffff : checksum);
    return 0;
  };

  /** Only packets whose whole sum the hardware gave have one to update, and the model's NICs give none. */
  const update: Helper = () => {
    bpf.vm.resultHigh = -1;
    return -ENOTSUPP;
  };

  return [
    [10, l3],
    [11, l4],
    [40, update],
  ];
}

const inside = (offset: number, length: number): boolean =>
  offset >= 0 && offset <= 0xffff && (offset & 1) === 0 && offset + 2 <= length;

const halves = (word: number): number => (word & 0xffff) + (word >>> 16);
