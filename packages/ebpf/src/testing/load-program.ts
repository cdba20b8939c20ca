import { encode } from '../isa/encode.ts';
import type { Instruction } from '../isa/instruction.ts';
import type { BpfMap } from '../maps/map.ts';
import type { MapSpec, ProgramType, Relocation } from '../spec.ts';
import type { LoadedProgram } from '../vm/loaded-program.ts';
import type { Engine, Vm } from '../vm/vm.ts';

/** Both engines, for tests that run on each. */
export const engines = ['interpreter', 'jit'] as const;

/** What a test program needs besides its code. */
export interface Extra {
  readonly maps?: Record<string, BpfMap>;
  readonly relocations?: readonly Relocation[];
  readonly budget?: number;
  readonly type?: ProgramType;
  readonly count?: boolean;
}

/** Loads a program; throws with the problem's message where it is refused. */
export function load(vm: Vm, engine: Engine, code: readonly Instruction[], extra: Extra = {}): LoadedProgram {
  const result = vm.load({
    program: { name: 'p', type: extra.type ?? 'xdp', code: encode(code), relocations: extra.relocations ?? [] },
    maps: new Map(Object.entries(extra.maps ?? {})),
    engine,
    ...(extra.budget !== undefined && { budget: extra.budget }),
    count: extra.count ?? false,
  });
  if (!result.ok) throw new Error(result.problem.message);
  return result.program;
}

/** A small hash map's spec, changed as given. */
export const spec = (more: Partial<MapSpec>): MapSpec => ({
  name: 'm',
  type: 'hash',
  keySize: 4,
  valueSize: 8,
  maxEntries: 8,
  flags: 0,
  ...more,
});
/** Little-endian bytes. */
export const u32 = (n: number): Uint8Array => new Uint8Array(Uint32Array.of(n).buffer);
/** Little-endian bytes. */
export const u64 = (n: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(n)).buffer);
