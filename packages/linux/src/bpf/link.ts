import { EngineError, type LinkHandle, type ProgramHandle } from '@sluice/engine';
import { systemError } from '../syscall/errno.ts';
import { libc } from '../syscall/libc.ts';
import { LinuxProgram } from './program.ts';
import { BPF_CMD, bpfArena, sysBpf } from './sys-bpf.ts';

/** Where a link attaches. Kernel: include/uapi/linux/bpf.h enum bpf_attach_type. */
export const ATTACH = {
  cgroupInetIngress: 0,
  cgroupInetEgress: 1,
  cgroupInet4Connect: 10,
  xdp: 37,
  skLookup: 36,
  tcxIngress: 46,
  tcxEgress: 47,
} as const;

export const XDP_FLAGS = { generic: 1 << 1, native: 1 << 2 } as const;

/**
 * BPF_LINK_CREATE: attaches a program to `target`, an interface index (XDP, tcx) or a file descriptor (cgroup, network
 * namespace). The link lives as long as the handle: a process that dies leaves nothing attached.
 */
export function createLink(program: ProgramHandle, target: number, attachType: number, flags = 0): LinuxLink {
  const { fd, name } = asLinux(program);
  const memory = bpfArena();
  const attr = memory.take(ATTR_LINK_BYTES);
  [fd, target, attachType, flags].forEach((value, i) => {
    memory.view.setUint32(attr + i * 4, value, true);
  });
  const link = sysBpf(BPF_CMD.LINK_CREATE, memory, attr, ATTR_LINK_BYTES);
  if (link < 0) throw systemError(`BPF_LINK_CREATE ${name}`, -link);
  return new LinuxLink(link);
}

/** An attached program. */
export class LinuxLink implements LinkHandle {
  #open = true;

  constructor(readonly fd: number) {}

  /** BPF_LINK_UPDATE: the next packet meets the new program; none meets neither. */
  replace(program: ProgramHandle): void {
    const { fd, name } = asLinux(program);
    const memory = bpfArena();
    const attr = memory.take(ATTR_LINK_BYTES);
    memory.view.setUint32(attr, this.fd, true);
    memory.view.setUint32(attr + 4, fd, true);
    const result = sysBpf(BPF_CMD.LINK_UPDATE, memory, attr, ATTR_LINK_BYTES);
    if (result < 0) throw systemError(`BPF_LINK_UPDATE ${name}`, -result);
  }

  detach(): void {
    if (this.#open) libc().close(this.fd);
    this.#open = false;
  }
}

function asLinux(program: ProgramHandle): LinuxProgram {
  if (program instanceof LinuxProgram) return program;
  throw new EngineError(`attaching ${program.name}`, 'EINVAL', 'not a program of this kernel');
}

/** Room for the longest kind of link_create that is used here; zero beyond. */
const ATTR_LINK_BYTES = 64;
