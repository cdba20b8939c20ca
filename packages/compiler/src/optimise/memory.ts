import { dominators, walkDominatorTree } from '../ir/dominators.ts';
import type { AccessBits, Block, Instr, IrFunction, Operand, Var } from '../ir/ir.ts';
import { replaceOperands } from '../ir/walk.ts';
import { mayAlias, type Root, readArguments, rootOf, writtenArguments } from './alias.ts';
import { type Definitions, definitions, largest } from './range.ts';

interface Known {
  readonly base: Operand;
  readonly root: Root;
  readonly offset: number;
  readonly bits: AccessBits;
  readonly value: Operand;
}

/** Where memory is read that was read or written shortly before, takes the value from there. SSA form. */
export function forwardLoads(fn: IrFunction, contexts: ReadonlySet<Var>): void {
  const tree = dominators(fn);
  const defs = definitions(fn);
  const root = (operand: Operand) => rootOf(fn, contexts, defs, operand);
  const atEnd = new Map<Block, readonly Known[]>();
  const replacements = new Map<Var, Operand>();
  const find = (operand: Operand): Operand => {
    let result = operand;
    while (result.kind === 'var' && replacements.has(result)) result = replacements.get(result)!;
    return result;
  };
  walkDominatorTree(
    fn,
    tree,
    (block) => {
      const preds = tree.predecessors.get(block)!;
      let known = preds.length === 1 ? [...(atEnd.get(preds[0]!) ?? [])] : [];
      const kept: Instr[] = [];
      for (const instr of block.instrs) {
        if (instr.op !== 'phi') replaceOperands(instr, find);
        if (instr.op === 'load') {
          const { base, offset, bits, dst } = instr;
          const before = known.find((k) => k.base === base && k.offset === offset && k.bits === bits);
          if (before) {
            replacements.set(dst, before.value);
            continue;
          }
          known.push({ base, root: root(base), offset, bits, value: dst });
        } else {
          known = afterInstr(instr, known, root, defs);
        }
        kept.push(instr);
      }
      block.instrs.splice(0, block.instrs.length, ...kept);
      replaceOperands(block.end!, find);
      atEnd.set(block, known);
    },
    () => {},
  );
  if (replacements.size === 0) return;
  for (const block of fn.blocks) {
    for (const instr of block.instrs) if (instr.op === 'phi') replaceOperands(instr, find);
  }
}

/** What is still known of memory after an instruction. */
function afterInstr(instr: Instr, known: Known[], root: (operand: Operand) => Root, defs: Definitions): Known[] {
  switch (instr.op) {
    case 'store': {
      const { base, offset, bits, value } = instr;
      const written = root(base);
      const left = known.filter((k) => !overlaps(k, base, written, offset, bits));
      const whole = bits === 64 || (value.kind === 'const' ? value.value : largest(defs, value)) < 1n << BigInt(bits);
      const stored = value.kind === 'const' ? cutTo(value, bits) : value;
      if (whole || value.kind === 'const') left.push({ base, root: written, offset, bits, value: stored });
      return left;
    }
    case 'atomic': {
      const written = root(instr.base);
      return known.filter((k) => !overlaps(k, instr.base, written, instr.offset, instr.bits));
    }
    case 'slot':
      return known.filter((k) => !(k.root.kind === 'slot' && k.root.id === instr.slot.id));
    case 'call':
    case 'invoke': {
      const written = writtenArguments(instr)
        .filter((a) => a.kind === 'var' && a.pointer)
        .map(root);
      // Everything that others can write may have changed; our own stack only where its address was given.
      return known.filter(({ root: at }) => {
        if (at.kind === 'slot' || at.kind === 'context') return !written.some((w) => mayAlias(w, at));
        return false;
      });
    }
    default:
      return known;
  }
}

function overlaps(known: Known, base: Operand, root: Root, offset: number, bits: AccessBits): boolean {
  const sameSlot = known.root.kind === 'slot' && root.kind === 'slot' && known.base === base;
  if (known.base === base || sameSlot) {
    return known.offset < offset + bits / 8 && offset < known.offset + known.bits / 8;
  }
  return mayAlias(known.root, root);
}

function cutTo(value: Extract<Operand, { kind: 'const' }>, bits: AccessBits): Operand {
  return { kind: 'const', value: BigInt.asUintN(bits, value.value) };
}

/** Removes stores to stack variables that are overwritten, or never read, before anybody can see them. SSA form. */
export function removeDeadStores(fn: IrFunction, contexts: ReadonlySet<Var>): void {
  const defs = definitions(fn);
  const root = (operand: Operand) => rootOf(fn, contexts, defs, operand);
  const read = readSlots(fn, root);
  for (const block of fn.blocks) {
    /** Bytes that will be overwritten before they are read, as `slot:offset`. */
    const covered = new Set<string>();
    const kept: Instr[] = [];
    for (let i = block.instrs.length - 1; i >= 0; i--) {
      const instr = block.instrs[i]!;
      if (instr.op === 'store') {
        const at = root(instr.base);
        const direct = at.kind === 'slot' && instr.base.kind === 'var' && defs.get(instr.base)?.op === 'slot';
        if (at.kind === 'slot' && read !== 'all' && !read.has(at.id)) continue;
        if (direct) {
          const bytes = Array.from({ length: instr.bits / 8 }, (_, n) => `${at.id}:${instr.offset + n}`);
          if (bytes.every((byte) => covered.has(byte))) continue;
          for (const byte of bytes) covered.add(byte);
        }
      } else {
        uncover(instr, covered, root);
      }
      kept.push(instr);
    }
    block.instrs.splice(0, block.instrs.length, ...kept.reverse());
  }
}

function uncover(instr: Instr, covered: Set<string>, root: (operand: Operand) => Root): void {
  const pointers =
    instr.op === 'load' || instr.op === 'atomic'
      ? [instr.base]
      : instr.op === 'call' || instr.op === 'invoke'
        ? readArguments(instr).filter((a) => a.kind === 'var' && a.pointer)
        : [];
  for (const pointer of pointers) {
    const at = root(pointer);
    if (at.kind === 'any') covered.clear();
    if (at.kind !== 'slot') continue;
    for (const byte of covered) if (byte.startsWith(`${at.id}:`)) covered.delete(byte);
  }
}

/** Slots that something reads, or that something may get the address of. */
function readSlots(fn: IrFunction, root: (operand: Operand) => Root): Set<number> | 'all' {
  const read = new Set<number>();
  for (const block of fn.blocks) {
    for (const instr of block.instrs) {
      const pointers: Operand[] =
        instr.op === 'load' || instr.op === 'atomic'
          ? [instr.base]
          : instr.op === 'call' || instr.op === 'invoke'
            ? readArguments(instr)
            : instr.op === 'phi'
              ? [...instr.inputs.values()]
              : [];
      for (const pointer of pointers) {
        if (pointer.kind !== 'var' || !pointer.pointer) continue;
        const at = root(pointer);
        if (at.kind === 'any') return 'all';
        if (at.kind === 'slot') read.add(at.id);
      }
    }
    if (block.end?.op === 'return' && block.end.value?.kind === 'var' && block.end.value.pointer) {
      const at = root(block.end.value);
      if (at.kind === 'slot') read.add(at.id);
    }
  }
  return read;
}
