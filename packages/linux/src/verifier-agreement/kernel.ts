import type { MapSpec, ProgramSpec, VerifierInput } from '@sluice/ebpf';
import { EngineError } from '@sluice/engine';
import { createMap, type LinuxMap } from '../bpf/map.ts';
import { loadProgram } from '../bpf/program.ts';

/** What the running kernel says to a program. */
export interface KernelVerdict {
  readonly ok: boolean;
  readonly errno: string;
  /** The verifier's log; empty where it accepts. */
  readonly log: string;
}

/** The running kernel's verifier over the same input as ours; maps are created once and kept. */
export class KernelVerifier {
  readonly #maps = new Map<MapSpec, LinuxMap>();

  verdict(input: VerifierInput): KernelVerdict {
    const code = input.code.slice();
    const view = new DataView(code.buffer);
    for (const [slot, { map, offset }] of input.maps ?? []) {
      view.setUint32(slot * 8 + 4, this.#map(map).fd, true);
      view.setUint32(slot * 8 + 12, offset ?? 0, true);
    }
    const spec: ProgramSpec = {
      name: 'agreement',
      section: '',
      type: input.type,
      ...(input.attachType === undefined ? {} : { attachType: input.attachType }),
      code,
      functions: [],
      relocations: [],
      lines: [],
    };
    try {
      loadProgram(spec, code, input.license).close();
      return { ok: true, errno: '', log: '' };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { ok: false, errno: error.code, log: error.log ?? error.detail };
    }
  }

  close(): void {
    for (const map of this.#maps.values()) map.close();
    this.#maps.clear();
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
