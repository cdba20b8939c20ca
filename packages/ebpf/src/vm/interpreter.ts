import type { Machine } from './machine.ts';
import { Op } from './op.ts';
import { arsh64, div64, lsh64, mod64, mul64, rsh64 } from './pair-arithmetic.ts';
import { STRIDE } from './predecode.ts';
import { rare } from './rare.ts';

/**
 * Runs a machine until its program returns, a tail call succeeds, or `budget` instructions have run, and says whether
 * it is done. Registers are two signed 32-bit halves: `r[d]` low, `r[d + 1]` high.
 *
 * Throws BpfTrap for a bad address or too deep a call.
 *
 * Spec: RFC 9669 §4, §5.
 */
export function execute(m: Machine, budget: number): boolean {
  const code = m.code;
  const r = m.registers;
  const u8 = m.u8;
  const view = m.view;
  let pc = m.pc;
  let left = budget;
  let low = 0;
  let at = 0;
  while (left-- > 0) {
    const d = code[pc + 1]!;
    const s = code[pc + 2]!;
    let next = pc + STRIDE;
    m.pc = pc;
    switch (code[pc] as Op) {
      case Op.add64:
        low = (r[d]! >>> 0) + (r[s]! >>> 0);
        r[d + 1] = r[d + 1]! + r[s + 1]! + (low > 0xffffffff ? 1 : 0);
        r[d] = low;
        break;
      case Op.sub64:
        low = (r[d]! >>> 0) - (r[s]! >>> 0);
        r[d + 1] = r[d + 1]! - r[s + 1]! - (low < 0 ? 1 : 0);
        r[d] = low;
        break;
      case Op.mul64:
        mul64(r, d, s);
        break;
      case Op.div64:
        div64(r, d, s);
        break;
      case Op.mod64:
        mod64(r, d, s);
        break;
      case Op.or64:
        r[d]! |= r[s]!;
        r[d + 1]! |= r[s + 1]!;
        break;
      case Op.and64:
        r[d]! &= r[s]!;
        r[d + 1]! &= r[s + 1]!;
        break;
      case Op.xor64:
        r[d]! ^= r[s]!;
        r[d + 1]! ^= r[s + 1]!;
        break;
      case Op.lsh64:
        lsh64(r, d, r[s]!);
        break;
      case Op.rsh64:
        rsh64(r, d, r[s]!);
        break;
      case Op.arsh64:
        arsh64(r, d, r[s]!);
        break;
      case Op.mov64:
        r[d] = r[s]!;
        r[d + 1] = r[s + 1]!;
        break;
      case Op.add32:
        r[d] = r[d]! + r[s]!;
        r[d + 1] = 0;
        break;
      case Op.sub32:
        r[d] = r[d]! - r[s]!;
        r[d + 1] = 0;
        break;
      case Op.mul32:
        r[d] = Math.imul(r[d]!, r[s]!);
        r[d + 1] = 0;
        break;
      case Op.div32:
        r[d] = r[s] === 0 ? 0 : (r[d]! >>> 0) / (r[s]! >>> 0);
        r[d + 1] = 0;
        break;
      case Op.mod32:
        if (r[s] !== 0) r[d] = (r[d]! >>> 0) % (r[s]! >>> 0);
        r[d + 1] = 0;
        break;
      case Op.or32:
        r[d]! |= r[s]!;
        r[d + 1] = 0;
        break;
      case Op.and32:
        r[d]! &= r[s]!;
        r[d + 1] = 0;
        break;
      case Op.xor32:
        r[d]! ^= r[s]!;
        r[d + 1] = 0;
        break;
      case Op.lsh32:
        r[d]! <<= r[s]!;
        r[d + 1] = 0;
        break;
      case Op.rsh32:
        r[d] = r[d]! >>> r[s]!;
        r[d + 1] = 0;
        break;
      case Op.arsh32:
        r[d]! >>= r[s]!;
        r[d + 1] = 0;
        break;
      case Op.mov32:
        r[d] = r[s]!;
        r[d + 1] = 0;
        break;
      case Op.ldx8:
        at = address(m, s, code[pc + 3]!, 1);
        r[d] = u8[at]!;
        r[d + 1] = 0;
        break;
      case Op.ldx16:
        at = address(m, s, code[pc + 3]!, 2);
        r[d] = view.getUint16(at, true);
        r[d + 1] = 0;
        break;
      case Op.ldx32:
        at = address(m, s, code[pc + 3]!, 4);
        r[d] = view.getInt32(at, true);
        r[d + 1] = 0;
        break;
      case Op.ldx64:
        at = address(m, s, code[pc + 3]!, 8);
        r[d] = view.getInt32(at, true);
        r[d + 1] = view.getInt32(at + 4, true);
        break;
      case Op.ldxs8:
        at = address(m, s, code[pc + 3]!, 1);
        r[d] = view.getInt8(at);
        r[d + 1] = r[d]! >> 31;
        break;
      case Op.ldxs16:
        at = address(m, s, code[pc + 3]!, 2);
        r[d] = view.getInt16(at, true);
        r[d + 1] = r[d]! >> 31;
        break;
      case Op.ldxs32:
        at = address(m, s, code[pc + 3]!, 4);
        r[d] = view.getInt32(at, true);
        r[d + 1] = r[d]! >> 31;
        break;
      case Op.stx8:
        at = address(m, d, code[pc + 3]!, 1);
        u8[at] = r[s]!;
        break;
      case Op.stx16:
        at = address(m, d, code[pc + 3]!, 2);
        view.setInt16(at, r[s]!, true);
        break;
      case Op.stx32:
        at = address(m, d, code[pc + 3]!, 4);
        view.setInt32(at, r[s]!, true);
        break;
      case Op.stx64:
        at = address(m, d, code[pc + 3]!, 8);
        view.setInt32(at, r[s]!, true);
        view.setInt32(at + 4, r[s + 1]!, true);
        break;
      case Op.jeq64:
        if (r[d] === r[s] && r[d + 1] === r[s + 1]) next = code[pc + 3]!;
        break;
      case Op.jne64:
        if (r[d] !== r[s] || r[d + 1] !== r[s + 1]) next = code[pc + 3]!;
        break;
      case Op.jgt64:
        if (r[d + 1] === r[s + 1] ? r[d]! >>> 0 > r[s]! >>> 0 : r[d + 1]! >>> 0 > r[s + 1]! >>> 0) next = code[pc + 3]!;
        break;
      case Op.jge64:
        if (r[d + 1] === r[s + 1] ? r[d]! >>> 0 >= r[s]! >>> 0 : r[d + 1]! >>> 0 > r[s + 1]! >>> 0)
          next = code[pc + 3]!;
        break;
      case Op.jlt64:
        if (r[d + 1] === r[s + 1] ? r[d]! >>> 0 < r[s]! >>> 0 : r[d + 1]! >>> 0 < r[s + 1]! >>> 0) next = code[pc + 3]!;
        break;
      case Op.jle64:
        if (r[d + 1] === r[s + 1] ? r[d]! >>> 0 <= r[s]! >>> 0 : r[d + 1]! >>> 0 < r[s + 1]! >>> 0)
          next = code[pc + 3]!;
        break;
      case Op.jsgt64:
        if (r[d + 1] === r[s + 1] ? r[d]! >>> 0 > r[s]! >>> 0 : r[d + 1]! > r[s + 1]!) next = code[pc + 3]!;
        break;
      case Op.jsge64:
        if (r[d + 1] === r[s + 1] ? r[d]! >>> 0 >= r[s]! >>> 0 : r[d + 1]! > r[s + 1]!) next = code[pc + 3]!;
        break;
      case Op.jslt64:
        if (r[d + 1] === r[s + 1] ? r[d]! >>> 0 < r[s]! >>> 0 : r[d + 1]! < r[s + 1]!) next = code[pc + 3]!;
        break;
      case Op.jsle64:
        if (r[d + 1] === r[s + 1] ? r[d]! >>> 0 <= r[s]! >>> 0 : r[d + 1]! < r[s + 1]!) next = code[pc + 3]!;
        break;
      case Op.jset64:
        if (((r[d]! & r[s]!) | (r[d + 1]! & r[s + 1]!)) !== 0) next = code[pc + 3]!;
        break;
      case Op.jeq32:
        if (r[d] === r[s]) next = code[pc + 3]!;
        break;
      case Op.jne32:
        if (r[d] !== r[s]) next = code[pc + 3]!;
        break;
      case Op.jgt32:
        if (r[d]! >>> 0 > r[s]! >>> 0) next = code[pc + 3]!;
        break;
      case Op.jge32:
        if (r[d]! >>> 0 >= r[s]! >>> 0) next = code[pc + 3]!;
        break;
      case Op.jlt32:
        if (r[d]! >>> 0 < r[s]! >>> 0) next = code[pc + 3]!;
        break;
      case Op.jle32:
        if (r[d]! >>> 0 <= r[s]! >>> 0) next = code[pc + 3]!;
        break;
      case Op.jsgt32:
        if (r[d]! > r[s]!) next = code[pc + 3]!;
        break;
      case Op.jsge32:
        if (r[d]! >= r[s]!) next = code[pc + 3]!;
        break;
      case Op.jslt32:
        if (r[d]! < r[s]!) next = code[pc + 3]!;
        break;
      case Op.jsle32:
        if (r[d]! <= r[s]!) next = code[pc + 3]!;
        break;
      case Op.jset32:
        if ((r[d]! & r[s]!) !== 0) next = code[pc + 3]!;
        break;
      case Op.ja:
        next = code[pc + 3]!;
        break;
      case Op.helper:
        if (m.callHelper(code[pc + 3]!)) break;
        // A tail call went through: what the other program answered is this function's result.
        next = m.leave();
        if (next < 0) return finish(m, budget, left);
        break;
      case Op.call:
        m.enter(next);
        next = code[pc + 3]!;
        break;
      case Op.exit:
        next = m.leave();
        if (next < 0) return finish(m, budget, left);
        break;
      case Op.rare:
        rare(m, code[pc + 3]!);
        break;
    }
    pc = next;
  }
  m.pc = pc;
  m.executed += budget;
  return false;
}

function finish(m: Machine, budget: number, left: number): boolean {
  m.executed += budget - left;
  return true;
}

/** Address of `size` bytes at register `base` plus `offset`, checked. */
function address(m: Machine, base: number, offset: number, size: number): number {
  const at = m.registers[base]! + offset;
  if (m.registers[base + 1] !== 0 || at < m.addressMin || at + size > m.addressEnd) m.badAddress(base, offset, size);
  return at;
}
