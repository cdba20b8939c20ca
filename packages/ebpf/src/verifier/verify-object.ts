import { type Btf, parseBtf } from '../btf/btf.ts';
import { BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE } from '../isa/opcode.ts';
import type { MapSpec, ObjectSpec, ProgramSpec } from '../spec.ts';
import type { VerifierOptions } from './machine.ts';
import type { FunctionInfo, MapReference, VerifierInput } from './program.ts';
import { specialField } from './special-fields.ts';
import { type VerifierVerdict, verify } from './verify.ts';

/**
 * `verify` for a program of an object file. `maps` replaces the object's maps by name: pass `.rodata` with load-time
 * constants written in, since branches on them are decided here.
 */
export function verifyProgram(
  object: ObjectSpec,
  program: ProgramSpec,
  options: VerifierOptions = {},
  maps: readonly MapSpec[] = object.maps,
): VerifierVerdict {
  return verify(verifierInput(object, program, maps), options);
}

/** The verifier's input for a program of an object file. An LDDW whose map is not there will be refused. */
export function verifierInput(
  object: ObjectSpec,
  program: ProgramSpec,
  maps: readonly MapSpec[] = object.maps,
): VerifierInput {
  const btf = btfOf(object);
  const references = new Map<number, MapReference>();
  for (const relocation of program.relocations) {
    const map = maps.find(({ name }) => name === relocation.map);
    if (!map) continue;
    const special = btf && map.valueTypeId !== undefined ? specialField(btf, map.valueTypeId) : undefined;
    const place = relocation.kind === 'map' ? { map } : { map, offset: relocation.offset };
    references.set(relocation.slot, special ? { ...place, special } : place);
  }
  const functions = btf && functionInfos(btf, program);
  return {
    type: program.type,
    ...(program.attachType === undefined ? {} : { attachType: program.attachType }),
    license: object.license,
    code: withMarks(program),
    maps: references,
    ...(functions ? { functions } : {}),
    lines: program.lines,
  };
}

/** LDDWs that a relocation will fill in are marked as what they will be: of a map, or of a map's value. */
function withMarks(program: ProgramSpec): Uint8Array {
  const code = program.code.slice();
  for (const { slot, kind } of program.relocations) {
    const at = slot * 8 + 1;
    const pseudo = kind === 'map' ? BPF_PSEUDO_MAP_FD : BPF_PSEUDO_MAP_VALUE;
    if (at < code.length) code[at] = (code[at]! & 0x0f) | (pseudo << 4);
  }
  return code;
}

function btfOf(object: ObjectSpec): Btf | undefined {
  const parsed = object.btf && parseBtf(object.btf);
  return parsed?.ok ? parsed.btf : undefined;
}

function functionInfos(btf: Btf, program: ProgramSpec): readonly FunctionInfo[] | undefined {
  if (program.functions.length === 0) return undefined;
  return program.functions.map(({ slot, name, typeId }) => {
    const type = btf.type(typeId);
    const global = type.kind === 'func' && type.linkage === 'global';
    return { slot, name, global, returnsScalar: returnsScalar(btf, typeId) };
  });
}

function returnsScalar(btf: Btf, typeId: number): boolean {
  const func = btf.type(typeId);
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined;
  if (proto?.kind !== 'func_proto') return false;
  const { kind } = btf.type(btf.strip(proto.returns));
  return kind === 'int' || kind === 'enum' || kind === 'enum64';
}
