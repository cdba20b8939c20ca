import { formatIpv4 } from '@sluice/wire';
import type { Sock } from '../socket/sock.ts';
import { readSockAddr, SOCK_ADDR_BYTES, writeSockAddr } from './context/sock-addr-context.ts';
import type { ModelProgram } from './program.ts';

export type SockAddrHook = 'connect4' | 'sendmsg4' | 'recvmsg4' | 'getpeername4' | 'getsockname4' | 'bind4';

/** What the programs left of an address. */
export interface SockAddrCall {
  readonly allowed: boolean;
  readonly address: number;
  readonly port: number;
  /** Source address that sendmsg4 chose. */
  readonly source: number;
}

/**
 * Runs the cgroup's programs on an address that a process gave or is to be told. Each sees what the one before left;
 * one that returns 0 refuses the call (EPERM). `packetId` is that of the packet this call makes, 0 for none.
 * Kernel: kernel/bpf/cgroup.c __cgroup_bpf_run_filter_sock_addr(). Row F4.
 */
export function cgroupSockAddr(
  programs: readonly ModelProgram[],
  sock: Sock,
  hook: SockAddrHook,
  address: number,
  port: number,
  source: number,
  packetId: number,
): SockAddrCall {
  let call: SockAddrCall = { allowed: true, address, port, source };
  for (const program of programs) {
    const before = call;
    call = runOne(program, sock, call, hook);
    if (packetId !== 0) tell(program, sock, hook, before, call, packetId);
    if (!call.allowed) return call;
  }
  return call;
}

function runOne(program: ModelProgram, sock: Sock, call: SockAddrCall, hook: SockAddrHook): SockAddrCall {
  const { bpf } = program;
  const outer = bpf.sock;
  const ctx = bpf.pushContext(SOCK_ADDR_BYTES);
  bpf.sock = sock;
  writeSockAddr(bpf.arena, ctx, sock, call, hook === 'sendmsg4');
  const returned = program.program.run(ctx);
  const after = readSockAddr(bpf.arena, ctx, (returned & 1) === 1);
  bpf.popContext();
  bpf.sock = outer;
  return after;
}

function tell(
  p: ModelProgram,
  sock: Sock,
  hook: SockAddrHook,
  before: SockAddrCall,
  after: SockAddrCall,
  id: number,
): void {
  const { netns } = sock;
  const { tracer } = netns.host.machine;
  tracer.program({ program: p.name, section: p.section, returnValue: after.allowed ? 1 : 0 }, p.takeInstructions());
  tracer.change('sockaddr.ip', formatIpv4(before.address), formatIpv4(after.address));
  tracer.change('sockaddr.port', String(before.port), String(after.port));
  tracer.detail(`cgroup/${hook}: ${formatIpv4(before.address)}:${before.port}${movedText(before, after)}`);
  if (!after.allowed) tracer.because('program', `cgroup program ${p.name} refused ${hook}`);
  tracer.event(id, netns, undefined, {
    function: '__cgroup_bpf_run_filter_sock_addr',
    layer: 'cgroup',
    row: 'F4',
    verdict: after.allowed ? 'next' : 'drop',
    ...(after.allowed ? {} : { reason: 'EPERM' }),
  });
}

const movedText = (before: SockAddrCall, after: SockAddrCall): string =>
  before.address === after.address && before.port === after.port
    ? ' unchanged'
    : ` → ${formatIpv4(after.address)}:${after.port}`;
