import { slotsOf } from '../isa/decode.ts';
import { encode } from '../isa/encode.ts';
import type { Instruction } from '../isa/instruction.ts';
import { type Parsed, parseInstruction } from './parse-instruction.ts';

/** Where text cannot be read: line and column count from 1. */
export interface AssembleProblem {
  readonly code: 'A001' | 'A002' | 'A003';
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type AssembleResult =
  | { readonly ok: true; readonly instructions: readonly Instruction[]; readonly code: Uint8Array }
  | { readonly ok: false; readonly problem: AssembleProblem };

/**
 * Reads what `disassemble` writes, and labels besides: a line `again:`, then `goto again`, `if r1 > 5 goto again`,
 * `call again`. Blank lines, comments from `;` or `//`, and a leading `12:` (a slot number) are skipped.
 *
 * Problems: A001 not an instruction, A002 unknown label, A003 label defined twice or distance too far.
 */
export function assemble(text: string): AssembleResult {
  const lines: { parsed: Parsed; slot: number; line: number; column: number }[] = [];
  const labels = new Map<string, number>();
  let slot = 0;
  for (const [i, raw] of text.split('\n').entries()) {
    const line = i + 1;
    let rest = raw.replace(/(;|\/\/).*$/, '').replace(/^\s*\d+:\s/, (prefix) => ' '.repeat(prefix.length));
    const label = /^\s*([A-Za-z_.][\w.]*):/.exec(rest);
    if (label) {
      const name = label[1]!;
      if (labels.has(name)) return problem('A003', line, raw.indexOf(name) + 1, `label ${name} is defined twice`);
      labels.set(name, slot);
      rest = ' '.repeat(label[0].length) + rest.slice(label[0].length);
    }
    const source = rest.trim();
    if (source === '') continue;
    const column = rest.length - rest.trimStart().length + 1;
    const parsed = parseInstruction(source);
    if (typeof parsed === 'string') return problem('A001', line, column, parsed);
    lines.push({ parsed, slot, line, column });
    slot += slotsOf(parsed.instruction);
  }
  const instructions: Instruction[] = [];
  for (const { parsed, slot: from, line, column } of lines) {
    if (parsed.label === undefined) {
      instructions.push(parsed.instruction);
      continue;
    }
    const to = labels.get(parsed.label.name);
    if (to === undefined) return problem('A002', line, column, `there is no label ${parsed.label.name}`);
    const distance = to - from - 1;
    if (parsed.label.field === 'offset' && (distance < -0x8000 || distance > 0x7fff)) {
      return problem(
        'A003',
        line,
        column,
        `label ${parsed.label.name} is ${distance} slots away, more than 16 bits; use gotol`,
      );
    }
    instructions.push({ ...parsed.instruction, [parsed.label.field]: distance });
  }
  return { ok: true, instructions, code: instructions.length === 0 ? new Uint8Array() : encode(instructions) };
}

function problem(code: AssembleProblem['code'], line: number, column: number, message: string): AssembleResult {
  return { ok: false, problem: { code, line, column, message } };
}
