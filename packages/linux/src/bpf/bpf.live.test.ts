import { BPF_SCENARIOS } from '@sluice/engine/testing';
import { describe, expect, it } from 'vitest';
import { probeBpf } from '../capability/probe-bpf.ts';
import { linuxBpf } from './load-object.ts';

const capability = probeBpf();
if (!capability.usable) console.warn(`skipping BPF on Linux: ${capability.missing}`);

describe.skipIf(!capability.usable)('BPF on Linux', () => {
  it.each(BPF_SCENARIOS)('$name', ({ run, expected }) => {
    expect(run(linuxBpf())).toEqual(expected);
  });

  it('says in one sentence what the log says last, and keeps the whole log', () => {
    const code = new Uint8Array(8);
    code[0] = 0x95;
    const program = {
      name: 'bad',
      section: 'xdp',
      type: 'xdp',
      code,
      functions: [],
      relocations: [],
      lines: [],
    } as const;
    const load = () => linuxBpf().loadObject({ license: 'GPL', maps: [], constants: [], programs: [program] });
    expect(load).toThrow(expect.objectContaining({ detail: 'R0 !read_ok', log: expect.stringContaining('processed') }));
  });
});
