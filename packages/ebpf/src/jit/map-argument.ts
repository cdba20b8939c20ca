import type { LinkedCode } from '../vm/link.ts';

/**
 * The id of the map in r1 when instruction `index` runs, where that is the same each time: looked for backwards as far
 * as `blockFirst`, the basic block's first instruction. 0 where it is not known.
 */
export function mapArgument({ instructions, forms, mapIds }: LinkedCode, index: number, blockFirst: number): number {
  let register = 1;
  for (let i = index - 1; i >= blockFirst; i--) {
    const form = forms[i]!;
    const { dst, src } = instructions[i]!;
    if (form.kind === 'call' || form.kind === 'ldabs' || form.kind === 'ldind') {
      if (register <= 5) return 0;
      continue;
    }
    if (form.kind === 'atomic' && form.fetch) {
      if (register === (form.op === 'cmpxchg' ? 0 : src)) return 0;
      continue;
    }
    if (dst !== register || (form.dst !== 'write' && form.dst !== 'update')) continue;
    if (form.kind === 'lddw') return mapIds[i]!;
    if (form.name !== 'mov64_reg') return 0;
    register = src;
  }
  return 0;
}
