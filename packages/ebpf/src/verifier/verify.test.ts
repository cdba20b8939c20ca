import { describe, expect, it } from 'vitest';
import { assemble } from '../asm/assemble.ts';
import type { LineInfo, MapSpec, ObjectSpec, ProgramSpec } from '../spec.ts';
import type { VerifierInput } from './program.ts';
import { verify } from './verify.ts';
import { verifyProgram } from './verify-object.ts';

const xdp = (text: string, more: Partial<VerifierInput> = {}): VerifierInput => {
  const result = assemble(text);
  if (!result.ok) throw new Error(result.problem.message);
  return { type: 'xdp', license: 'GPL', code: result.code, ...more };
};

const line = (slot: number, number: number, text: string): LineInfo => {
  return { slot, file: 'a.bpf.ts', line: number, column: 3, text };
};

describe('verify()', () => {
  it('tells how much it looked at, which code is dead, and how much stack each function uses', () => {
    const verdict = verify(
      xdp(`*(u64 *)(r10 - 24) = 1
           r1 = 5
           if r1 == 5 goto live
           r0 = 1
           exit
           live: call half
           exit
           half: *(u8 *)(r10 - 1) = 1
           r0 = r1
           exit`),
    );
    expect(verdict).toMatchObject({ ok: true, facts: { instructions: 8, stackBytes: [24, 8], deadSlots: [3, 4] } });
  });

  it('names the source line of the instruction it refuses', () => {
    const lines = [line(0, 10, 'let x = 1;'), line(1, 12, 'return x / 0;'), line(3, 14, '}')];
    const verdict = verify(xdp('r0 = 1\nr0 /= 0\nr0 += 1\nexit', { lines }));
    expect(verdict).toMatchObject({ ok: false, message: 'div by zero', slot: 1, line: lines[1] });
  });

  it('writes down the refused path only, with what each instruction changed', () => {
    const verdict = verify(
      xdp(`r2 = *(u32 *)(r1 + 12)
           if r2 > 7 goto bad
           r0 = 1
           exit
           bad: *(u64 *)(r10 - 8) = r2
           r0 = *(u64 *)(r3 + 0)
           exit`),
    );
    expect(verdict.ok ? '' : verdict.log.split('\n').map((text) => text.replace(/\s+;/, ' ;'))).toEqual([
      '; R1=ctx() R10=fp0',
      '0: r2 = *(u32 *)(r1 + 12) ; R2=scalar(smin=0,smax=4294967295,umax=4294967295,var_off=(0x0; 0xffffffff))',
      '1: if r2 > 7 goto +2 ; R2=scalar(smin=0,smax=7,umax=7,var_off=(0x0; 0x7))',
      'the other way, to 4 ; R2=scalar(smin=8,smax=4294967295,umin=8,umax=4294967295,var_off=(0x0; 0xffffffff))',
      '4: *(u64 *)(r10 - 8) = r2 ; R2=scalar(id=1,smin=8,smax=4294967295,umin=8,umax=4294967295,var_off=(0x0; 0xffffffff)) fp-8=scalar(id=1,smin=8,smax=4294967295,umin=8,umax=4294967295,var_off=(0x0; 0xffffffff))',
      '5: r0 = *(u64 *)(r3 + 0)',
      'R3 !read_ok',
    ]);
  });

  it('refuses reading stack that was never written, where that is asked for', () => {
    const program = xdp('r0 = *(u64 *)(r10 - 8)\nexit');
    expect(verify(program).ok).toBe(true);
    expect(verify(program, { allowUninitializedStack: false })).toMatchObject({
      ok: false,
      message: 'invalid read from stack R10 off=-8 size=8',
    });
  });

  it('refuses half-written cells too', () => {
    const program = xdp('*(u32 *)(r10 - 8) = 1\nr0 = *(u64 *)(r10 - 8)\nexit');
    expect(verify(program, { allowUninitializedStack: false })).toMatchObject({
      ok: false,
      message: 'invalid read from stack off -8+4 size 8',
    });
  });

  it('wants every access aligned, where that is asked for', () => {
    const program = xdp(`r2 = *(u32 *)(r1 + 0)
                         r3 = *(u32 *)(r1 + 4)
                         r4 = r2
                         r4 += 16
                         if r4 > r3 goto out
                         r0 = *(u32 *)(r2 + 12)
                         out: r0 = 2
                         exit`);
    expect(verify(program).ok).toBe(true);
    expect(verify(program, { strictAlignment: true })).toMatchObject({
      ok: false,
      message: 'misaligned packet access off 2+0+0+12 size 4',
    });
  });

  it('follows every path to its end, where that is asked for', () => {
    const branches = [1, 2, 4, 8, 16, 32, 64].map((bit) => `if r6 & ${bit} goto +1\nr0 = ${bit}\nr2 = 2\nr3 = 3`);
    const program = xdp(`r6 = *(u32 *)(r1 + 12)\nr0 = 0\n${branches.join('\n')}\nexit`);
    const [some, all] = [verify(program), verify(program, { exhaustive: true })];
    expect(some.ok && all.ok && all.facts.instructions > 2 * some.facts.instructions).toBe(true);
  });

  it('refuses code that is not code', () => {
    expect(verify(xdp('exit', { code: new Uint8Array(7) }))).toMatchObject({ ok: false });
    expect(verify(xdp('exit', { code: new Uint8Array() }))).toMatchObject({ ok: false });
  });

  it('refuses tracing programs, whose arguments only a kernel’s BTF describes', () => {
    expect(verify(xdp('r0 = 0\nexit', { type: 'tracing' }))).toMatchObject({ ok: false, slot: 0 });
  });
});

describe('verify() with BTF', () => {
  const twoFunctions = 'call tail\nexit\ntail: r2 = map[0x0] ll\nr3 = 0\ncall bpf_tail_call\nr0 = 0\nexit';
  const progs: MapSpec = { name: 'progs', type: 'prog_array', keySize: 4, valueSize: 4, maxEntries: 4, flags: 0 };
  const maps = new Map([[2, { map: progs }]]);
  const main = { slot: 0, name: 'main', global: true, returnsScalar: true };

  it('lets functions that return a number make tail calls', () => {
    const tail = { slot: 2, name: 'tail', global: false, returnsScalar: true };
    expect(verify(xdp(twoFunctions, { maps, functions: [main, tail] }))).toMatchObject({ ok: true });
    const odd = { ...tail, returnsScalar: false };
    expect(verify(xdp(twoFunctions, { maps, functions: [main, odd] }))).toMatchObject({
      ok: false,
      message: "tail_call is only allowed in functions that return 'int'.",
    });
  });

  it('refuses global functions, which Linux verifies by themselves', () => {
    const tail = { slot: 2, name: 'tail', global: true, returnsScalar: true };
    expect(verify(xdp(twoFunctions, { maps, functions: [main, tail] }))).toMatchObject({
      ok: false,
      message: 'function tail is global: only static functions are supported',
    });
  });

  it('wants BTF and code to speak of the same functions', () => {
    expect(verify(xdp(twoFunctions, { maps, functions: [main] }))).toMatchObject({ ok: false });
    const astray = { slot: 3, name: 'tail', global: false, returnsScalar: true };
    expect(verify(xdp(twoFunctions, { maps, functions: [main, astray] }))).toMatchObject({ ok: false });
  });

  it('refuses maps whose values hold a lock', () => {
    const special = new Map([[2, { map: progs, special: 'bpf_spin_lock' }]]);
    expect(verify(xdp(twoFunctions, { maps: special }))).toMatchObject({
      ok: false,
      message: 'the value of map progs holds a bpf_spin_lock, which is not supported',
    });
  });
});

describe('verifyProgram()', () => {
  const code = assemble('r1 = 0x0 ll\nr0 = *(u32 *)(r1 + 0)\nif r0 != 7 goto bad\nexit\nbad: r0 = r5\nexit');
  const constants: MapSpec = {
    name: '.rodata',
    type: 'array',
    keySize: 4,
    valueSize: 8,
    maxEntries: 1,
    flags: 128,
    frozen: true,
    initial: new Uint8Array([0, 0, 0, 0, 7, 0, 0, 0]),
  };
  const program: ProgramSpec = {
    name: 'p',
    section: 'xdp',
    type: 'xdp',
    code: code.ok ? code.code : new Uint8Array(),
    functions: [],
    relocations: [{ kind: 'map-value', slot: 0, map: '.rodata', offset: 4 }],
    lines: [],
  };
  const object: ObjectSpec = { license: 'GPL', maps: [constants], programs: [program], constants: [] };

  it('decides branches by the constants that the object holds', () => {
    expect(verifyProgram(object, program)).toMatchObject({ ok: true, facts: { deadSlots: [5, 6] } });
  });

  it('decides them by other constants, given at load', () => {
    const changed = { ...constants, initial: new Uint8Array(8) };
    expect(verifyProgram(object, program, {}, [changed])).toMatchObject({ ok: false, message: 'R5 !read_ok' });
  });

  it('leaves constants open that are not there yet', () => {
    const { initial: _, ...open } = constants;
    expect(verifyProgram(object, program, {}, [open])).toMatchObject({ ok: false, message: 'R5 !read_ok' });
  });

  it('refuses a program whose map is missing', () => {
    expect(verifyProgram(object, program, {}, [])).toMatchObject({
      ok: false,
      message: 'fd 0 is not pointing to valid bpf_map',
    });
  });
});
