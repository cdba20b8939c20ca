import { formOf, type Instruction } from '@sluice/ebpf';
import type { Chance } from './chance.ts';

/** Changes one field of one instruction to something that may stand there. */
export function mutate(code: Instruction[], chance: Chance, constant: () => number): void {
  const at = chance.below(code.length);
  const before = code[at]!;
  const form = formOf(before)!;
  const ways: Partial<Instruction>[] = [];
  if (form.dst !== 'unused' && typeof form.dst === 'string') ways.push({ dst: chance.below(11) });
  if (form.src !== 'unused' && typeof form.src === 'string') ways.push({ src: chance.below(11) });
  if (form.offset === 'any') ways.push({ offset: before.offset + chance.below(9) - 4 });
  if (form.imm === 'any' && form.kind !== 'lddw') ways.push({ imm: constant() });
  if (ways.length > 0) code[at] = { ...before, ...chance.of(ways) };
}
