import { CONTEXTS, contextFieldFor, helperById } from '@sluice/ebpf';
import type { Problem } from '../diagnostics/problem.ts';
import type { LoweredFunction, Need, ProgramDeclaration, Unit } from './unit.ts';

/** Licences under which the kernel lets a program call GPL-only helpers. Kernel: include/linux/license.h */
const GPL_COMPATIBLE = ['GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL'];

/** Complains about helpers and context fields that a program, or a function it calls, may not use. */
export function checkNeeds(unit: Unit): void {
  const told = new Set<string>();
  for (const program of unit.programs) {
    for (const lowered of reachable(unit, program.name)) {
      for (const need of lowered.needs) {
        const problem = check(unit, program, need);
        if (!problem) continue;
        const key = `${problem.code} ${problem.file}:${problem.line}:${problem.column}`;
        if (!told.has(key)) unit.problems.push(problem);
        told.add(key);
      }
    }
  }
}

/** A function and all that it calls, directly or not. */
export function reachable(unit: Unit, name: string): LoweredFunction[] {
  const names = new Set([name]);
  for (const each of names) for (const callee of unit.functions.get(each)?.callees ?? []) names.add(callee);
  return [...names].flatMap((each) => unit.functions.get(each) ?? []);
}

function check(unit: Unit, program: ProgramDeclaration, need: Need): Problem | undefined {
  const { type, attachType, section } = program;
  if (need.kind === 'field') {
    const row = CONTEXTS.get(need.context);
    const { offset, size, write } = need;
    if (row && contextFieldFor(row, { offset, size, write, type, attachType })) return undefined;
    const verb = write ? 'written' : 'read';
    const message = `${need.field} cannot be ${verb} in a program of section ${section} (${program.name}).`;
    return { code: 'S023', severity: 'error', ...need.span, message };
  }
  const helper = helperById(need.id);
  if (!helper) return undefined;
  if (helper.types !== 'all' && !helper.types.includes(type)) {
    const message = `bpf_${helper.name} cannot be called in a program of section ${section} (${program.name}).`;
    return { code: 'S017', severity: 'error', ...need.span, message };
  }
  if (helper.gplOnly && !GPL_COMPATIBLE.includes(unit.license)) {
    const message = `bpf_${helper.name} is for programs under a GPL-compatible licence.`;
    const remedy = "Write `export const license = 'GPL'` if that is the program's licence.";
    return { code: 'S018', severity: 'error', ...need.span, message, remedy };
  }
  return undefined;
}
