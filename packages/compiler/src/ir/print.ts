import type { Instr, IrFunction, Operand, Terminator } from './ir.ts';

/** A function as text, for people and tests: one line an instruction, `v3:32 = add32 v1, 4`. */
export function printFunction(fn: IrFunction): string {
  const lines = [`function ${fn.name}(${fn.params.map(printOperand).join(', ')})`];
  for (const block of fn.blocks) {
    lines.push(`b${block.id}:`);
    for (const instr of block.instrs) lines.push(`  ${printInstr(instr)}`);
    if (block.end) lines.push(`  ${printTerminator(block.end)}`);
  }
  return lines.join('\n');
}

export function printOperand(operand: Operand): string {
  if (operand.kind === 'const') return `${BigInt.asIntN(64, operand.value)}`;
  return `v${operand.id}${operand.pointer ? 'p' : operand.bits === 64 ? 'd' : ''}`;
}

export function printInstr(instr: Instr): string {
  const o = printOperand;
  const to = 'dst' in instr && instr.dst ? `${o(instr.dst)} = ` : '';
  switch (instr.op) {
    case 'copy':
      return `${to}${o(instr.a)}`;
    case 'binary':
      return `${to}${instr.operator}${instr.bits} ${o(instr.a)}, ${o(instr.b)}`;
    case 'sext':
      return `${to}sext${instr.from}_${instr.bits} ${o(instr.a)}`;
    case 'zext':
      return `${to}zext${instr.from} ${o(instr.a)}`;
    case 'swap':
      return `${to}swap${instr.bits} ${o(instr.a)}`;
    case 'load':
      return `${to}load${instr.bits} [${o(instr.base)} + ${instr.offset}]`;
    case 'store':
      return `store${instr.bits} [${o(instr.base)} + ${instr.offset}], ${o(instr.value)}`;
    case 'atomic': {
      const expected = instr.expected ? `, ${o(instr.expected)}` : '';
      return `${to}atomic_${instr.operator}${instr.bits} [${o(instr.base)} + ${instr.offset}], ${o(instr.value)}${expected}`;
    }
    case 'slot':
      return `${to}slot ${instr.slot.name}#${instr.slot.id} (${instr.slot.size} bytes)`;
    case 'address':
      return `${to}address ${instr.of.kind === 'map' ? instr.of.name : `${instr.of.section}+${instr.of.offset}`}`;
    case 'call':
      return `${to}call helper ${instr.helper}(${instr.args.map(o).join(', ')})`;
    case 'invoke':
      return `${to}call ${instr.callee}(${instr.args.map(o).join(', ')})`;
    case 'phi':
      return `${to}phi ${[...instr.inputs].map(([block, operand]) => `b${block.id}: ${o(operand)}`).join(', ')}`;
    default:
      return instr satisfies never;
  }
}

function printTerminator(end: Terminator): string {
  const o = printOperand;
  switch (end.op) {
    case 'jump':
      return `jump b${end.to.id}`;
    case 'branch':
      return `if ${o(end.a)} ${end.operator}${end.bits} ${o(end.b)} then b${end.yes.id} else b${end.no.id}`;
    case 'return':
      return end.value ? `return ${o(end.value)}` : 'return';
    default:
      return end satisfies never;
  }
}
