import { foldBinary, foldCompare, foldSwap, MIRRORED } from '../ir/fold.ts';
import { constant, type Instr, type IrFunction, type Operand, type Terminator, type Var } from '../ir/ir.ts';
import { assigned, refreshBlocks, replaceOperands } from '../ir/walk.ts';
import { type Definitions, definitions, largest } from './range.ts';

const ROUNDS_MAX = 12;

/**
 * Folds constants, removes copies and operations that change nothing, replaces costly operations by cheap ones, folds
 * constant offsets into addresses and decides branches that can go one way only. SSA form.
 */
export function simplify(fn: IrFunction): void {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const replacements = new Map<Var, Operand>();
    const defs = definitions(fn);
    const find = (operand: Operand): Operand => {
      let result = operand;
      while (result.kind === 'var' && replacements.has(result)) result = replacements.get(result)!;
      return result;
    };
    let changed = false;
    for (const block of fn.blocks) {
      for (const instr of block.instrs) {
        replaceOperands(instr, find);
        changed = narrowOperands(instr, defs) || changed;
        changed = foldAddress(instr, defs) || changed;
        const dst = assigned(instr);
        const value = dst && operandFor(instr, defs);
        if (!value || value === dst) continue;
        replacements.set(dst, value);
        changed = true;
      }
      replaceOperands(block.end!, find);
      changed = narrowOperands(block.end!, defs) || changed;
      const before = block.end;
      block.end = simplifyEnd(block.end!, defs);
      changed = changed || block.end !== before;
    }
    if (replacements.size > 0) {
      for (const block of fn.blocks) {
        for (const instr of block.instrs) replaceOperands(instr, find);
        replaceOperands(block.end!, find);
        removeReplaced(block.instrs, replacements);
      }
    }
    const after = definitions(fn);
    for (const block of fn.blocks) changed = reassociate(block.instrs, after) || changed;
    if (!changed) return;
    refreshBlocks(fn);
  }
}

function removeReplaced(instrs: Instr[], replacements: ReadonlyMap<Var, Operand>): void {
  let kept = 0;
  for (const instr of instrs) {
    const dst = assigned(instr);
    const pure = instr.op !== 'call' && instr.op !== 'invoke' && instr.op !== 'atomic';
    if (!(dst && pure && replacements.has(dst))) instrs[kept++] = instr;
  }
  instrs.length = kept;
}

/** What an instruction's result is, where that is an operand already there. */
function operandFor(instr: Instr, defs: Definitions): Operand | undefined {
  switch (instr.op) {
    case 'copy':
      return instr.a;
    case 'phi':
      return onlyInput(instr);
    case 'zext': {
      if (instr.a.kind === 'const') return constant(BigInt.asUintN(instr.from, instr.a.value));
      return largest(defs, instr.a) < 1n << BigInt(instr.from) ? instr.a : undefined;
    }
    case 'sext': {
      if (instr.a.kind === 'const') return constant(BigInt.asIntN(instr.from, instr.a.value), instr.bits);
      return largest(defs, instr.a) < 1n << BigInt(instr.from - 1) ? instr.a : undefined;
    }
    case 'swap': {
      if (instr.a.kind === 'const') return constant(foldSwap(instr.bits, instr.a.value));
      const inner = defs.get(instr.a);
      const isInverse = inner?.op === 'swap' && inner.bits === instr.bits;
      return isInverse && largest(defs, inner.a) < 1n << BigInt(instr.bits) ? inner.a : undefined;
    }
    case 'binary':
      return binaryValue(instr, defs);
    default:
      return undefined;
  }
}

function onlyInput(phi: Extract<Instr, { op: 'phi' }>): Operand | undefined {
  let only: Operand | undefined;
  for (const input of phi.inputs.values()) {
    if (input === phi.dst) continue;
    const same =
      only === undefined ||
      input === only ||
      (input.kind === 'const' && only.kind === 'const' && input.value === only.value);
    if (!same) return undefined;
    only = input;
  }
  return only;
}

const COMMUTATIVE = new Set(['add', 'mul', 'and', 'or', 'xor']);

/** May rewrite the instruction in place into a cheaper one. */
function binaryValue(instr: Extract<Instr, { op: 'binary' }>, defs: Definitions): Operand | undefined {
  const { bits } = instr;
  if (instr.a.kind === 'const' && instr.b.kind === 'const') {
    return constant(foldBinary(instr.operator, bits, instr.a.value, instr.b.value), bits);
  }
  if (instr.a.kind === 'const' && COMMUTATIVE.has(instr.operator)) [instr.a, instr.b] = [instr.b, instr.a];
  const { a, b, operator } = instr;
  if (a === b && (operator === 'sub' || operator === 'xor') && !instr.dst.pointer) return constant(0n);
  if (a === b && (operator === 'and' || operator === 'or') && (bits === 64 || largest(defs, a) <= 0xffffffffn))
    return a;
  if (b.kind !== 'const') return undefined;
  const value = BigInt.asUintN(bits, b.value);
  const ones = (1n << BigInt(bits)) - 1n;
  const power = value > 0n && (value & (value - 1n)) === 0n ? BigInt(value.toString(2).length - 1) : undefined;
  // A 32-bit operation also clears the upper half; leaving it out needs an operand that has it clear.
  const whole = bits === 64 || largest(defs, a) <= 0xffffffffn;
  switch (operator) {
    case 'add':
    case 'sub':
    case 'or':
    case 'xor':
    case 'lsh':
    case 'rsh':
    case 'arsh':
      if (value === 0n && whole) return a;
      if (operator === 'or' && value === ones) return constant(ones);
      return undefined;
    case 'mul':
      if (value === 0n) return constant(0n);
      if (value === 1n && whole) return a;
      if (power !== undefined) Object.assign(instr, { operator: 'lsh', b: constant(power) });
      return undefined;
    case 'div':
      if (value === 1n && whole) return a;
      if (power !== undefined) Object.assign(instr, { operator: 'rsh', b: constant(power) });
      return undefined;
    case 'mod':
      if (value === 1n) return constant(0n);
      if (power !== undefined) Object.assign(instr, { operator: 'and', b: constant(value - 1n) });
      return undefined;
    case 'and':
      if (value === 0n) return constant(0n);
      // All bits that can be set are let through.
      return whole && (value & (value + 1n)) === 0n && largest(defs, a) <= value ? a : undefined;
    case 'sdiv':
    case 'smod':
      return undefined;
    default:
      return operator satisfies never;
  }
}

/** Where only the low bits of an operand count, takes it from before it was cut off. */
function narrowOperands(node: Instr | Terminator, defs: Definitions): boolean {
  let changed = false;
  const before = (operand: Operand, bits: number): Operand => {
    const def = operand.kind === 'var' ? defs.get(operand) : undefined;
    const cut = def?.op === 'zext' && def.from >= bits && def.a.kind === 'var' && !def.a.pointer;
    if (!cut) return operand;
    changed = true;
    return def.a;
  };
  switch (node.op) {
    case 'binary':
    case 'branch':
      if (node.bits === 32) {
        node.a = before(node.a, 32);
        node.b = before(node.b, 32);
      }
      break;
    case 'zext':
    case 'sext':
      node.a = before(node.a, node.from);
      break;
    case 'swap':
      node.a = before(node.a, node.bits);
      break;
    case 'store':
      node.value = before(node.value, node.bits);
      break;
    default:
  }
  return changed;
}

const OFFSET_MAX = 0x7000;

/** `[a + 4] + 10` is `[a + 14]`. */
function foldAddress(instr: Instr, defs: Definitions): boolean {
  if (instr.op !== 'load' && instr.op !== 'store' && instr.op !== 'atomic') return false;
  const def = instr.base.kind === 'var' ? defs.get(instr.base) : undefined;
  if (def?.op !== 'binary' || def.operator !== 'add' || def.bits !== 64 || def.b.kind !== 'const') return false;
  const by = BigInt.asIntN(64, def.b.value);
  const offset = instr.offset + Number(by);
  if (Math.abs(offset) > OFFSET_MAX) return false;
  instr.base = def.a;
  instr.offset = offset;
  return true;
}

/** `(a + 1) + 2` is `a + 3`. */
function reassociate(instrs: readonly Instr[], defs: Definitions): boolean {
  let changed = false;
  for (const instr of instrs) {
    if (instr.op !== 'binary' || instr.operator !== 'add' || instr.b.kind !== 'const' || instr.a.kind !== 'var')
      continue;
    const inner = defs.get(instr.a);
    if (inner?.op !== 'binary' || inner.operator !== 'add' || inner.bits !== instr.bits || inner.b.kind !== 'const')
      continue;
    instr.a = inner.a;
    instr.b = constant(instr.b.value + inner.b.value, instr.bits);
    changed = true;
  }
  return changed;
}

function simplifyEnd(end: Terminator, defs: Definitions): Terminator {
  if (end.op !== 'branch') return end;
  if (end.yes === end.no) return { op: 'jump', to: end.yes, span: end.span };
  if (end.a.kind === 'const' && end.b.kind !== 'const') {
    [end.a, end.b] = [end.b, end.a];
    end.operator = MIRRORED[end.operator];
  }
  const holds = decided(end, defs);
  return holds === undefined ? end : { op: 'jump', to: holds ? end.yes : end.no, span: end.span };
}

function decided(end: Extract<Terminator, { op: 'branch' }>, defs: Definitions): boolean | undefined {
  const { operator, bits, a, b } = end;
  if (a.kind === 'const' && b.kind === 'const') return foldCompare(operator, bits, a.value, b.value);
  if (a === b) return foldCompare(operator, bits, 0n, 0n);
  if (b.kind !== 'const' || a.kind !== 'var') return undefined;
  if (a.nonNull && b.value === 0n) return operator === 'ne' ? true : operator === 'eq' ? false : undefined;
  const value = BigInt.asUintN(bits, b.value);
  const most = largest(defs, a);
  if (bits === 32 && most > 0xffffffffn) return undefined;
  switch (operator) {
    case 'gt':
      return most <= value ? false : undefined;
    case 'ge':
      return most < value ? false : value === 0n ? true : undefined;
    case 'le':
      return most <= value ? true : undefined;
    case 'lt':
      return most < value ? true : value === 0n ? false : undefined;
    case 'eq':
      return most < value ? false : undefined;
    case 'ne':
      return most < value ? true : undefined;
    default:
      return undefined;
  }
}
