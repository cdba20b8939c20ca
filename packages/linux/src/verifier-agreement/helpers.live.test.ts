import {
  BPF_CGROUP_INET4_CONNECT,
  call,
  encode,
  exit,
  HELPERS,
  mov64Imm,
  PROGRAM_TYPES,
  type ProgramType,
  SECTIONS,
  type VerifierInput,
  verify,
} from '@sluice/ebpf';
import { afterAll, describe, expect, it } from 'vitest';
import { Agreement } from './agreement.ts';
import { helperCases } from './helper-cases.ts';
import { KernelVerifier } from './kernel.ts';
import { skipsAgreement } from './live.ts';

/** The largest helper number looked at. */
const LAST_HELPER = 211;
const UNKNOWN = /cannot use helper|unknown func|invalid func/;
const TYPES = PROGRAM_TYPES.map(({ type }) => type).filter((type) => type !== 'tracing');

describe.skipIf(skipsAgreement())('helper calls', () => {
  const kernel = new KernelVerifier();
  afterAll(() => kernel.close());

  it.each(TYPES)('%s programs call no helper that Linux keeps from them', (type) => {
    const missing: string[] = [];
    for (const attachType of new Set(SECTIONS.filter((row) => row.type === type).map((row) => row.attachType))) {
      for (let id = 1; id <= LAST_HELPER; id++) {
        const attach = attachType === undefined ? {} : { attachType };
        const code = encode([call(id), mov64Imm(0, 1), exit()]);
        const input: VerifierInput = { type, ...attach, license: 'GPL', code };
        const ours = verify(input);
        const theirs = kernel.verdict(input);
        const weHave = ours.ok || !UNKNOWN.test(ours.message);
        const linuxHas = theirs.ok || !UNKNOWN.test(theirs.log);
        if (weHave && !linuxHas) missing.push(`${id} with attach type ${attachType}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it.each(TYPES.filter((type) => type !== 'netfilter'))('%s programs pass what Linux lets them pass', (type) => {
    // A program array belongs to the first type of program that refers to it: maps are not shared between types.
    const own = new KernelVerifier();
    const agreement = new Agreement(own);
    const attachType = attachTypeOf(type);
    for (const row of HELPERS) {
      if (row.types !== 'all' && !row.types.includes(type)) continue;
      for (const { name, input } of helperCases(row, type, attachType)) agreement.compare(name, input);
    }
    own.close();
    console.info(`helpers, ${type}: ${agreement.summary()}`);
    expect(agreement.unsound).toEqual([]);
    // Deleting from sockmaps, which these types may do in Linux, is not in the table of map types.
    expect(agreement.strict.filter((name) => !/map_delete_elem.* map sock(map|hash)/.test(name))).toEqual([]);
  });
});

function attachTypeOf(type: ProgramType): number | undefined {
  if (type === 'cgroup_sock_addr') return BPF_CGROUP_INET4_CONNECT;
  return SECTIONS.find((row) => row.type === type)?.attachType;
}
