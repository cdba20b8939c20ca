import { BPF_PSEUDO_MAP_FD, type MapSpec, programTypeRow, type VerifierInput } from '@sluice/ebpf';
import { createMap, type LinuxMap } from '../bpf/map.ts';
import { BPF_CMD, bpfArena, sysBpf } from '../bpf/sys-bpf.ts';
import { errnoWords } from '../syscall/errno.ts';
import { libc } from '../syscall/libc.ts';

/** What the running kernel says to a program. */
export interface KernelVerdict {
  readonly ok: boolean;
  /** Name of the errno; empty where it accepts. */
  readonly errno: string;
  /** The end of the verifier's log. */
  readonly log: string;
}

/** The running kernel's verifier over the same input as ours; maps are created once and kept. */
export class KernelVerifier {
  readonly #maps = new Map<MapSpec, LinuxMap>();

  verdict(input: VerifierInput): KernelVerdict {
    const code = this.#relocated(input);
    const memory = bpfArena();
    const { view } = memory;
    const attr = memory.take(ATTR_LOAD_BYTES);
    view.setUint32(attr, programTypeRow(input.type).id, true);
    view.setUint32(attr + 4, code.length / 8, true);
    memory.setPointer(attr + 8, memory.put(code));
    memory.setPointer(attr + 16, memory.putString(input.license));
    view.setUint32(attr + 68, input.attachType ?? 0, true);
    const log = memory.take(LOG_BYTES);
    view.setUint32(attr + 24, 1, true);
    view.setUint32(attr + 28, LOG_BYTES, true);
    memory.setPointer(attr + 32, log);
    const result = sysBpf(BPF_CMD.PROG_LOAD, memory, attr, ATTR_LOAD_BYTES);
    const end = memory.u8.indexOf(0, log);
    const text = new TextDecoder().decode(memory.u8.slice(log, end));
    if (result < 0) {
      // A log that does not fit is an error too, and hides the verdict.
      if (result === -ENOSPC && !this.#refusesSilently(attr, memory)) return { ok: true, errno: '', log: text };
      return { ok: false, errno: errnoWords(-result)[0], log: text };
    }
    libc().close(result);
    return { ok: true, errno: '', log: text };
  }

  close(): void {
    for (const map of this.#maps.values()) map.close();
    this.#maps.clear();
  }

  /** The same load once more, without a log. */
  #refusesSilently(attr: number, memory: ReturnType<typeof bpfArena>): boolean {
    memory.view.setUint32(attr + 24, 0, true);
    memory.view.setUint32(attr + 28, 0, true);
    memory.view.setBigUint64(attr + 32, 0n, true);
    const result = sysBpf(BPF_CMD.PROG_LOAD, memory, attr, ATTR_LOAD_BYTES);
    if (result >= 0) libc().close(result);
    return result < 0;
  }

  #relocated(input: VerifierInput): Uint8Array {
    const code = input.code.slice();
    const view = new DataView(code.buffer);
    for (const [slot, { map, offset }] of input.maps ?? []) {
      const kind = offset === undefined ? BPF_PSEUDO_MAP_FD : BPF_PSEUDO_MAP_VALUE;
      code[slot * 8 + 1] = (code[slot * 8 + 1]! & 0x0f) | (kind << 4);
      view.setUint32(slot * 8 + 4, this.#map(map).fd, true);
      view.setUint32(slot * 8 + 12, offset ?? 0, true);
    }
    return code;
  }

  #map(spec: MapSpec): LinuxMap {
    let map = this.#maps.get(spec);
    if (!map) {
      map = createMap(spec);
      this.#maps.set(spec, map);
    }
    return map;
  }
}

const BPF_PSEUDO_MAP_VALUE = 2;
const ATTR_LOAD_BYTES = 144;
const LOG_BYTES = 128 << 10;
const ENOSPC = 28;
