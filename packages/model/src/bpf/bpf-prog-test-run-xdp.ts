import type { TestRunInput, TestRunResult } from '@sluice/engine';
import { le32At, setLe32 } from '@sluice/wire';
import { XdpBuff } from '../core/xdp-buff.ts';
import { HEADROOM_BYTES, LARGE_BUFFER_BYTES } from '../skb/buffer-pool.ts';
import { XDP_MD_BYTES } from './context/xdp-context.ts';
import type { ModelProgram } from './program.ts';
import { bpfProgRunXdp } from './run-xdp.ts';

/** Byte offsets in struct xdp_md. */
const DATA = 0;
const DATA_END = 4;
const DATA_META = 8;
const INGRESS_IFINDEX = 12;
const RX_QUEUE_INDEX = 16;

/**
 * An XDP program on a frame. A context says how many of the bytes are metadata (`data`) and where they end. Returns an
 * errno name for a context that Linux refuses. Kernel: net/bpf/test_run.c bpf_prog_test_run_xdp().
 */
export function bpfProgTestRunXdp(program: ModelProgram, input: TestRunInput): TestRunResult | 'EINVAL' {
  const { host, arena } = program.bpf;
  const { data, context } = input;
  const metaBytes = context ? le32At(context, DATA) : 0;
  if (context && refused(context, data.length, metaBytes)) return 'EINVAL';
  const { buffers } = host.machine.packets;
  const buffer = buffers.alloc(LARGE_BUFFER_BYTES);
  const xdp = new XdpBuff();
  let returnValue = 0;
  const ifindex = context ? le32At(context, INGRESS_IFINDEX) : 0;
  const dev = (ifindex !== 0 ? host.root.deviceByIndex(ifindex) : undefined) ?? host.root.loopback;
  for (let i = 0; i < Math.max(1, input.repeat ?? 1); i++) {
    arena.write(buffer + HEADROOM_BYTES - metaBytes, data);
    const start = buffer + HEADROOM_BYTES;
    xdp.set(
      buffer,
      LARGE_BUFFER_BYTES,
      start,
      data.length - metaBytes,
      dev,
      context ? le32At(context, RX_QUEUE_INDEX) : 0,
      0,
    );
    xdp.dataMeta = start - metaBytes;
    returnValue = bpfProgRunXdp(program, xdp);
  }
  const result = {
    returnValue,
    data: arena.read(xdp.dataMeta, xdp.dataEnd - xdp.dataMeta),
    ...(context ? { context: contextOut(context, xdp) } : {}),
  };
  buffers.free(buffer, LARGE_BUFFER_BYTES);
  return result;
}

const refused = (context: Uint8Array, dataBytes: number, metaBytes: number): boolean =>
  context.length < XDP_MD_BYTES ||
  le32At(context, DATA_META) !== 0 ||
  le32At(context, DATA_END) !== dataBytes ||
  metaBytes > dataBytes ||
  (metaBytes & 3) !== 0 ||
  metaBytes > 255;

function contextOut(context: Uint8Array, xdp: XdpBuff): Uint8Array {
  const out = context.slice();
  setLe32(out, DATA, xdp.data - xdp.dataMeta);
  setLe32(out, DATA_END, xdp.dataEnd - xdp.dataMeta);
  return out;
}
