import { helperById } from '@sluice/ebpf';
import type { Instr, IrFunction, Operand, Var } from '../ir/ir.ts';
import type { Definitions } from './range.ts';

/** What a pointer points into. */
export type Root =
  /** A variable on this function's stack. */
  | { readonly kind: 'slot'; readonly id: number }
  | { readonly kind: 'context' }
  | { readonly kind: 'packet' }
  /** Map values, ring-buffer records, data sections. */
  | { readonly kind: 'heap' }
  /** What a caller handed in: anything but this function's own stack. */
  | { readonly kind: 'outer' }
  | { readonly kind: 'any' };

const DEPTH_MAX = 16;

/** What a pointer points into, from how it was made. */
export function rootOf(
  fn: IrFunction,
  contexts: ReadonlySet<Var>,
  defs: Definitions,
  operand: Operand,
  depth = 0,
): Root {
  if (operand.kind === 'const' || depth > DEPTH_MAX) return { kind: 'any' };
  if (contexts.has(operand)) return { kind: 'context' };
  const def = defs.get(operand);
  if (!def) return { kind: 'outer' };
  switch (def.op) {
    case 'slot':
      return { kind: 'slot', id: def.slot.id };
    case 'copy':
      return rootOf(fn, contexts, defs, def.a, depth + 1);
    case 'binary':
      return rootOf(fn, contexts, defs, def.a, depth + 1);
    case 'load':
      return { kind: 'packet' };
    case 'address':
    case 'call':
      return { kind: 'heap' };
    case 'phi': {
      let root: Root | undefined;
      for (const input of def.inputs.values()) {
        if (input === operand || (input.kind === 'const' && input.value === 0n)) continue;
        const next = rootOf(fn, contexts, defs, input, depth + 1);
        if (root && !sameRoot(root, next)) return { kind: 'any' };
        root = next;
      }
      return root ?? { kind: 'any' };
    }
    default:
      return { kind: 'any' };
  }
}

export function sameRoot(a: Root, b: Root): boolean {
  return a.kind === b.kind && (a.kind !== 'slot' || b.kind !== 'slot' || a.id === b.id);
}

/** Whether two pointers with these roots may point to the same bytes. */
export function mayAlias(a: Root, b: Root): boolean {
  if (a.kind === 'context' || b.kind === 'context') return a.kind === b.kind;
  if (a.kind === 'any' || b.kind === 'any') return true;
  if (a.kind === 'slot' || b.kind === 'slot') return sameRoot(a, b);
  if (a.kind === 'outer' || b.kind === 'outer') return true;
  return a.kind === b.kind;
}

/** The arguments through which a call may write memory. */
export function writtenArguments(instr: Extract<Instr, { op: 'call' | 'invoke' }>): Operand[] {
  if (instr.op === 'invoke') return instr.args;
  const row = helperById(instr.helper);
  const readOnly = new Set(['map-key', 'map-value', 'mem-read', 'mem-read-or-null']);
  return instr.args.filter((_, i) => !readOnly.has(row?.args[i] ?? ''));
}

/** The arguments through which a call may read memory: all of them. */
export function readArguments(instr: Extract<Instr, { op: 'call' | 'invoke' }>): Operand[] {
  return instr.args;
}

/** Whether pointers into the packet are stale after a call. `changers`: functions that change packets. */
export function changesPacket(
  instr: Extract<Instr, { op: 'call' | 'invoke' }>,
  changers: ReadonlySet<string>,
): boolean {
  if (instr.op === 'invoke') return changers.has(instr.callee);
  return helperById(instr.helper)?.changesPacketData ?? false;
}
