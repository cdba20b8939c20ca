import type { LinkedCode } from '../vm/link.ts';

/** Instructions that run one after the other. */
export interface BasicBlock {
  /** First instruction, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** Where its last instruction jumps, as a block number; -1: it does not. */
  readonly taken: number;
  /** Where it goes on otherwise; -1: nowhere. */
  readonly next: number;
}

/** Splits one function, instructions `from` … `to` (exclusive), into basic blocks, in code order. */
export function basicBlocks(linked: LinkedCode, from: number, to: number): BasicBlock[] {
  const { forms, targets } = linked;
  const leaders = new Uint8Array(to - from + 1);
  leaders[0] = 1;
  for (let i = from; i < to; i++) {
    const kind = forms[i]!.kind;
    if (kind === 'jump' || kind === 'ja') leaders[targets[i]! - from] = 1;
    if (kind === 'jump' || kind === 'ja' || kind === 'exit') leaders[i + 1 - from] = 1;
  }
  const numberOf = new Int32Array(to - from + 1).fill(-1);
  let count = 0;
  for (let i = 0; i < to - from; i++) if (leaders[i]) numberOf[i] = count++;
  const blocks: BasicBlock[] = [];
  for (let first = from; first < to; ) {
    let end = first + 1;
    while (end < to && !leaders[end - from]) end++;
    const last = end - 1;
    const kind = forms[last]!.kind;
    const jumps = kind === 'jump' || kind === 'ja';
    blocks.push({
      first,
      end,
      taken: jumps ? numberOf[targets[last]! - from]! : -1,
      next: kind === 'ja' || kind === 'exit' ? -1 : numberOf[end - from]!,
    });
    first = end;
  }
  return blocks;
}

/** Successors of a block, as block numbers. */
export function successors(block: BasicBlock): number[] {
  return [block.next, block.taken].filter((b) => b >= 0);
}
