import type { XdpBuff } from '../../core/xdp-buff.ts';

/** UAPI: struct xdp_md, in bytes and in words. */
export const XDP_MD_BYTES = 24;
const DATA = 0;
const DATA_END = 1;
const DATA_META = 2;
const INGRESS_IFINDEX = 3;
const RX_QUEUE_INDEX = 4;
const EGRESS_IFINDEX = 5;

/** Writes the frame into the `struct xdp_md` at `ctx`. Kernel: net/core/filter.c xdp_convert_ctx_access(). */
export function writeXdpContext(u32: Uint32Array, ctx: number, xdp: XdpBuff): void {
  const word = ctx >>> 2;
  u32[word + DATA] = xdp.data;
  u32[word + DATA_END] = xdp.dataEnd;
  u32[word + DATA_META] = xdp.dataMeta;
  u32[word + INGRESS_IFINDEX] = xdp.dev.ifindex;
  u32[word + RX_QUEUE_INDEX] = xdp.queue;
  u32[word + EGRESS_IFINDEX] = 0;
}
