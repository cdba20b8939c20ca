import type { ModelProgram } from '../bpf/program.ts';
import { bpfProgRunXdp } from '../bpf/run-xdp.ts';
import { XDP_DROP, XDP_PASS, XDP_REDIRECT, XDP_TX, type XdpBuff } from './xdp-buff.ts';
import { xdpDoRedirect } from './xdp-do-redirect.ts';

const NAMES = ['XDP_ABORTED', 'XDP_DROP', 'XDP_PASS', 'XDP_TX', 'XDP_REDIRECT'];

/** `XDP_PASS`. */
export const xdpActionName = (action: number): string => NAMES[action] ?? `action ${action}`;

/**
 * Native XDP on one frame: runs the program and does what it says, but for XDP_PASS, which is the driver's. Returns
 * XDP_PASS, or another number where the frame is done with (its buffer is the driver's again).
 * Kernel: net/core/filter.c bpf_prog_run_xdp() and the driver's switch over its verdict. Rows B1, B2.
 */
export function xdpRun(program: ModelProgram, xdp: XdpBuff): number {
  const { dev } = xdp;
  const action = bpfProgRunXdp(program, xdp);
  if (xdp.packetId !== 0) tell(program, xdp, action);
  if (action === XDP_PASS) return XDP_PASS;
  let done = false;
  if (action === XDP_TX) {
    done = dev.xdpXmit(xdp.data, xdp.dataEnd - xdp.data, xdp.packetId);
    if (!done) dev.countXdpLoss('not sent back');
  } else if (action === XDP_REDIRECT) {
    const end = xdpDoRedirect(xdp);
    done = end === 'sent';
    if (!done) dev.countXdpLoss(end === 'nowhere' ? 'redirected nowhere' : 'redirect refused');
  } else dev.countXdpLoss('dropped');
  if (!done && (action === XDP_TX || action === XDP_REDIRECT) && xdp.packetId !== 0) tellFailed(xdp, action);
  return XDP_DROP;
}

function tell(program: ModelProgram, xdp: XdpBuff, action: number): void {
  const { dev } = xdp;
  const { tracer, arena } = dev.netns.host.machine;
  const { name, section } = program;
  const sent = action === XDP_TX || action === XDP_REDIRECT;
  tracer.program({ program: name, section, direction: 'ingress', returnValue: action }, program.takeInstructions());
  tracer.detail(`${name} returned ${xdpActionName(action)}`);
  const dropped = !sent && action !== XDP_PASS;
  if (dropped) tracer.because('program', `XDP program ${name} on ${dev.name} returned ${xdpActionName(action)}`);
  tracer.event(xdp.packetId, dev.netns, dev, {
    function: 'bpf_prog_run_xdp',
    layer: 'xdp',
    row: 'B1',
    verdict: dropped ? 'drop' : sent ? 'redirect' : 'next',
    ...(dropped ? { reason: 'XDP' } : {}),
    snapshot: { frame: arena.read(xdp.data, xdp.dataEnd - xdp.data), starts: 'ethernet', mark: 0 },
  });
}

function tellFailed(xdp: XdpBuff, action: number): void {
  const { dev } = xdp;
  const { tracer } = dev.netns.host.machine;
  tracer.because('configuration', `no device could take the frame that ${xdpActionName(action)} sent on`);
  tracer.event(xdp.packetId, dev.netns, dev, {
    function: 'xdp_do_redirect',
    layer: 'xdp',
    row: 'B2',
    verdict: 'drop',
    reason: 'XDP',
  });
}
