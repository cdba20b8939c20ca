import { systemError } from '../syscall/errno.ts';
import { BPF_CMD, bpfArena, sysBpf } from './sys-bpf.ts';

/** BPF_OBJ_PIN: gives a map, program or link a name in a BPF file system, so that it outlives this process. */
export function pinObject(fd: number, path: string): void {
  const memory = bpfArena();
  const attr = memory.take(ATTR_OBJ_BYTES);
  memory.setPointer(attr, memory.putString(path));
  memory.view.setUint32(attr + 8, fd, true);
  const result = sysBpf(BPF_CMD.OBJ_PIN, memory, attr, ATTR_OBJ_BYTES);
  if (result < 0) throw systemError(`BPF_OBJ_PIN ${path}`, -result);
}

/** BPF_OBJ_GET: a descriptor of what is pinned there. Throws EngineError ENOENT where nothing is. */
export function openPinned(path: string): number {
  const memory = bpfArena();
  const attr = memory.take(ATTR_OBJ_BYTES);
  memory.setPointer(attr, memory.putString(path));
  const fd = sysBpf(BPF_CMD.OBJ_GET, memory, attr, ATTR_OBJ_BYTES);
  if (fd < 0) throw systemError(`BPF_OBJ_GET ${path}`, -fd);
  return fd;
}

const ATTR_OBJ_BYTES = 24;
