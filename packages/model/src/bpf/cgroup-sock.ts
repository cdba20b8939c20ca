import { EngineError } from '@sluice/engine';
import type { Sock } from '../socket/sock.ts';

/** UAPI: struct bpf_sock, in words. */
const BPF_SOCK_BYTES = 80;
const BOUND_DEV_IF = 0;
const FAMILY = 1;
const TYPE = 2;
const PROTOCOL = 3;
const MARK = 4;
const AF_INET = 2;

/**
 * Runs the cgroup's programs on a socket that is being made; they may refuse it, or set its mark. Throws EngineError
 * EPERM where one refuses. Kernel: kernel/bpf/cgroup.c __cgroup_bpf_run_filter_sk(), BPF_CGROUP_INET_SOCK_CREATE.
 * We depart: a program that binds the socket to a device is told that the model cannot (EOPNOTSUPP). Row F4.
 */
export function cgroupSockCreate(sock: Sock): void {
  for (const program of sock.netns.cgroup.sock_create) {
    const { bpf } = program;
    const outer = bpf.sock;
    const ctx = bpf.pushContext(BPF_SOCK_BYTES);
    const word = ctx >>> 2;
    const { u32 } = bpf.arena;
    u32[word + FAMILY] = AF_INET;
    u32[word + TYPE] = sock.type;
    u32[word + PROTOCOL] = sock.protocol;
    u32[word + MARK] = sock.mark;
    bpf.sock = sock;
    const returned = program.program.run(ctx);
    bpf.sock = outer;
    sock.mark = u32[word + MARK]!;
    const bound = u32[word + BOUND_DEV_IF]!;
    bpf.popContext();
    if ((returned & 1) === 0) throw new EngineError('socket', 'EPERM', `cgroup program ${program.name} refused it`);
    if (bound !== 0) {
      throw new EngineError(
        'socket',
        'EOPNOTSUPP',
        `${program.name} binds sockets to a device, which the model cannot`,
      );
    }
  }
}
