import { formatBounds, isConstant } from '../domain/bounds.ts';
import { BYTE, CELL, type StackCell } from '../state/stack-cell.ts';
import type { State } from '../state/state.ts';
import { kindName, type Value } from '../state/value.ts';

/** A register's content as the kernel's log writes it: `scalar(umax=255)`, `pkt(id=1,off=14,r=34)`, `fp-8`. */
export function describeValue(value: Value): string {
  if (value.kind === 'scalar' && isConstant(value.bounds)) return `${BigInt.asIntN(64, value.bounds.bits.value)}`;
  if (value.kind === 'fp' && isConstant(value.bounds)) {
    const off = value.off + Number(value.bounds.smin);
    return `fp${value.frame > 0 ? `[${value.frame}]` : ''}${off >= 0 ? `+${off}` : off}`.replace('+0', '0');
  }
  const parts: string[] = [];
  if (value.id !== 0) parts.push(`id=${value.id}${value.linkOffset ? `+${value.off}` : ''}`);
  if (value.reference !== 0) parts.push(`ref_obj_id=${value.reference}`);
  if (value.map) parts.push(`map=${value.map.name},ks=${value.map.keySize},vs=${value.map.valueSize}`);
  if (value.kind !== 'scalar' && value.off !== 0) parts.push(`off=${value.off}`);
  if (value.kind === 'pkt' || value.kind === 'pkt_meta') parts.push(`r=${value.range}`);
  if (value.kind === 'ringbuf_mem') parts.push(`sz=${value.memBytes}`);
  const bounds = formatBounds(value.bounds);
  const fixed = value.kind !== 'scalar' && isConstant(value.bounds);
  if (bounds !== '' && !fixed) parts.push(bounds);
  return `${kindName(value)}(${parts.join(',')})`;
}

const LETTERS = { [BYTE.invalid]: '?', [BYTE.spill]: 's', [BYTE.misc]: 'm', [BYTE.zero]: '0' } as const;

/** A stack cell: the spilled register, or a letter for each byte, highest address first. */
export function describeCell(cell: StackCell): string {
  if (cell.isWholeSpill) return describeValue(cell.value);
  const letters = Array.from({ length: CELL }, (_, i) => LETTERS[cell.at(CELL - 1 - i)]).join('');
  return cell.isSpill ? `${letters}:${describeValue(cell.value)}` : letters;
}

/** A frame's content at one time, to tell later what has changed. */
export interface Snapshot {
  readonly depth: number;
  readonly registers: readonly Value[];
  readonly cells: readonly StackCell[];
}

export function snapshot(state: State): Snapshot {
  const { registers, cells } = state.frame;
  return { depth: state.depth, registers: registers.slice(), cells: cells.slice() };
}

/** All registers and cells of the running function of which something is known. */
export function describeState(now: Snapshot): string {
  return describeChange({ depth: now.depth, registers: [], cells: [] }, now);
}

/** Registers and cells that changed; all of them where another function runs. */
export function describeChange(before: Snapshot, now: Snapshot): string {
  const same = before.depth === now.depth ? before : { registers: [], cells: [] };
  const parts: string[] = before.depth === now.depth ? [] : [`frame${now.depth}:`];
  now.registers.forEach((value, i) => {
    const old = same.registers[i];
    const text = value.kind === '?' || value === old ? '' : describeValue(value);
    if (text !== '' && (!old || describeValue(old) !== text)) parts.push(`R${i}=${text}`);
  });
  now.cells.forEach((cell, i) => {
    const old = same.cells[i];
    const text = cell.bytes === 0 || cell === old ? '' : describeCell(cell);
    if (text !== '' && (!old || describeCell(old) !== text)) parts.push(`fp${-(i + 1) * CELL}=${text}`);
  });
  return parts.join(' ');
}
