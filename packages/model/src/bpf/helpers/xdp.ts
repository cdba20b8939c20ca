import { errno, type Helper } from '@sluice/ebpf';
import { copyBytes, ETH_HLEN } from '@sluice/wire';
import { writeXdpContext } from '../context/xdp-context.ts';
import type { HostBpf } from '../host-bpf.ts';

/** Kernel: sizeof(struct xdp_frame), which lies at the head of the buffer; sizeof(struct skb_shared_info), at its end. */
const XDP_FRAME_BYTES = 40;
const SHARED_INFO_BYTES = 320;
const META_BYTES_MAX = 255;
const EACCES = 13;

/** Moving a frame's ends, reading and writing it. Kernel: net/core/filter.c bpf_xdp_adjust_head() and its neighbours. */
export function xdpHelpers(bpf: HostBpf): [number, Helper][] {
  const { u8 } = bpf.arena;
  const done = (): number => {
    writeXdpContext(bpf.arena.u32, bpf.xdpContext, bpf.xdp!);
    return 0;
  };

  const adjustHead: Helper = (_ctx, offset) => {
    const xdp = bpf.xdp!;
    const metaBytes = xdp.data - xdp.dataMeta;
    const data = xdp.data + offset!;
    if (data < xdp.head + XDP_FRAME_BYTES + metaBytes || data > xdp.dataEnd - ETH_HLEN) return -errno.EINVAL;
    if (metaBytes !== 0) u8.copyWithin(xdp.dataMeta + offset!, xdp.dataMeta, xdp.dataMeta + metaBytes);
    xdp.dataMeta += offset!;
    xdp.data = data;
    return done();
  };

  const adjustMeta: Helper = (_ctx, offset) => {
    const xdp = bpf.xdp!;
    const meta = xdp.dataMeta + offset!;
    const size = xdp.data - meta;
    if (meta < xdp.head + XDP_FRAME_BYTES || meta > xdp.data) return -errno.EINVAL;
    if ((size & 3) !== 0 || size > META_BYTES_MAX) return -EACCES;
    xdp.dataMeta = meta;
    return done();
  };

  const adjustTail: Helper = (_ctx, offset) => {
    const xdp = bpf.xdp!;
    const end = xdp.dataEnd + offset!;
    if (end > xdp.head + xdp.size - tailReserve(xdp.size) || end < xdp.data + ETH_HLEN) return -errno.EINVAL;
    if (offset! > 0) u8.fill(0, xdp.dataEnd, end);
    xdp.dataEnd = end;
    return done();
  };

  const length: Helper = () => bpf.xdp!.dataEnd - bpf.xdp!.data;

  const load: Helper = (_ctx, offset, to, size) => {
    const xdp = bpf.xdp!;
    if (!inside(offset!, size!, xdp.dataEnd - xdp.data)) return -errno.EINVAL;
    copyBytes(u8, xdp.data + offset!, u8, to!, size!);
    return 0;
  };

  const store: Helper = (_ctx, offset, from, size) => {
    const xdp = bpf.xdp!;
    if (!inside(offset!, size!, xdp.dataEnd - xdp.data)) return -errno.EINVAL;
    copyBytes(u8, from!, u8, xdp.data + offset!, size!);
    return 0;
  };

  return [
    [44, adjustHead],
    [54, adjustMeta],
    [65, adjustTail],
    [188, length],
    [189, load],
    [190, store],
  ];
}

/** What the kernel keeps free at a buffer's end; the model's small buffers have no page's worth of room to spare. */
const tailReserve = (size: number): number => (size >= 4096 ? SHARED_INFO_BYTES : 0);

const inside = (offset: number, size: number, length: number): boolean =>
  offset >= 0 && offset <= 0xffff && size >= 0 && offset + size <= length;
