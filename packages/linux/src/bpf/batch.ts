import type { MapSpec } from '@sluice/ebpf';
import { systemError } from '../syscall/errno.ts';
import { BPF_CMD, bpfArena, sysBpf } from './sys-bpf.ts';

/**
 * BPF_MAP_UPDATE_BATCH: many entries in few system calls. `keys` and `values` are the entries one after another. Returns
 * false where this type of map has no batch operations; throws EngineError where an entry is refused.
 */
export function updateBatch(spec: MapSpec, fd: number, keys: Uint8Array, values: Uint8Array, count: number): boolean {
  const keyBytes = keys.length / count;
  const valueBytes = values.length / count;
  const most = Math.max(1, Math.floor(BATCH_BYTES / (keyBytes + valueBytes)));
  for (let done = 0; done < count; ) {
    const now = Math.min(most, count - done);
    const memory = bpfArena();
    const attr = memory.take(ATTR_BATCH_BYTES);
    memory.setPointer(attr + 16, memory.put(keys.subarray(done * keyBytes, (done + now) * keyBytes)));
    memory.setPointer(attr + 24, memory.put(values.subarray(done * valueBytes, (done + now) * valueBytes)));
    memory.view.setUint32(attr + 32, now, true);
    memory.view.setUint32(attr + 36, fd, true);
    const result = sysBpf(BPF_CMD.MAP_UPDATE_BATCH, memory, attr, ATTR_BATCH_BYTES);
    if (result === -ENOTSUPP && done === 0) return false;
    if (result < 0) throw systemError(`BPF_MAP_UPDATE_BATCH ${spec.name}`, -result);
    done += now;
  }
  return true;
}

const ATTR_BATCH_BYTES = 56;
const BATCH_BYTES = 8 << 20;
const ENOTSUPP = 524;
