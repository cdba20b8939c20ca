import type { XdpBuff } from '../core/xdp-buff.ts';
import { writeXdpContext, XDP_MD_BYTES } from './context/xdp-context.ts';
import type { ModelProgram } from './program.ts';

/** Runs an XDP program on a frame. Returns r0, unsigned. Kernel: include/net/xdp.h bpf_prog_run_xdp(). */
export function bpfProgRunXdp(program: ModelProgram, xdp: XdpBuff): number {
  const { bpf } = program;
  const outer = bpf.xdp;
  const outerContext = bpf.xdpContext;
  const outerRunsXdp = bpf.runsXdp;
  const ctx = bpf.pushContext(XDP_MD_BYTES);
  bpf.xdp = xdp;
  bpf.xdpContext = ctx;
  bpf.runsXdp = true;
  writeXdpContext(bpf.arena.u32, ctx, xdp);
  const verdict = program.program.run(ctx);
  bpf.popContext();
  bpf.xdp = outer;
  bpf.xdpContext = outerContext;
  bpf.runsXdp = outerRunsXdp;
  return verdict;
}
