import {
  contextOf,
  encode,
  exit,
  type Instruction,
  ldx,
  ldxs,
  mov64Imm,
  PROGRAM_TYPES,
  type ProgramType,
  SECTIONS,
  st,
  stx,
  type VerifierInput,
} from '@sluice/ebpf';
import { afterAll, describe, expect, it } from 'vitest';
import { Agreement } from './agreement.ts';
import { KernelVerifier } from './kernel.ts';
import { skipsAgreement } from './live.ts';

const kernel = new KernelVerifier();
afterAll(() => kernel.close());

/** Types whose contexts are typed kernel pointers. */
const NOT_FOLLOWED: readonly ProgramType[] = ['tracing', 'netfilter'];
const TYPES = PROGRAM_TYPES.map(({ type }) => type).filter((type) => !NOT_FOLLOWED.includes(type));
/** Bytes looked at where the context has no struct. */
const PLAIN_BYTES = 128;

describe.skipIf(skipsAgreement())('context accesses', () => {
  it.each(TYPES)('%s programs may access what Linux lets them', (type) => {
    const agreement = new Agreement(kernel);
    for (const attachType of new Set(SECTIONS.filter((row) => row.type === type).map((row) => row.attachType))) {
      for (const [name, access] of accesses(contextOf(type)?.size ?? PLAIN_BYTES)) {
        agreement.compare(`${type}/${attachType} ${name}`, program(type, attachType, access));
      }
    }
    expect(agreement.unsound).toEqual([]);
    // Linux lets tracepoints read the 8 bytes before their record; flow keys are typed kernel memory.
    const odd = /^tracepoint.* -\d|^flow_dissector.*u64 144/;
    expect(agreement.strict.filter((name) => !odd.test(name))).toEqual([]);
  });
});

/** Loads and stores of every size at every offset, some outside on both sides. */
function* accesses(size: number): Generator<readonly [string, Instruction]> {
  for (let offset = -8; offset < size + 8; offset++) {
    for (const bits of [8, 16, 32, 64] as const) {
      yield [`load u${bits} ${offset}`, ldx(bits, 2, 1, offset)];
      yield [`store register u${bits} ${offset}`, stx(bits, 1, offset, 2)];
      yield [`store constant u${bits} ${offset}`, st(bits, 1, offset, 0)];
      if (bits !== 64) yield [`load s${bits} ${offset}`, ldxs(bits, 2, 1, offset)];
    }
  }
}

function program(type: ProgramType, attachType: number | undefined, access: Instruction): VerifierInput {
  const attach = attachType === undefined ? {} : { attachType };
  return { type, ...attach, license: 'GPL', code: encode([mov64Imm(2, 0), access, mov64Imm(0, 1), exit()]) };
}
