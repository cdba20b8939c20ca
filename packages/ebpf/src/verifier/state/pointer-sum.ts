import type { AluOp } from '../../isa/form.ts';
import { type Bounds, isConstant, isZero, MutableBounds, S64_MAX, S64_MIN } from '../domain/bounds.ts';
import { settle } from '../domain/sync.ts';
import { tnumAdd, tnumSub, U64_MAX } from '../domain/tnum.ts';
import { BPF_MAX_VAR_OFF } from '../limits.ts';
import { isPacket, kindName, unknown, type Value, type ValueKind } from './value.ts';

/** How the kernel's messages write arithmetic. */
export const OPERATOR: Readonly<Record<AluOp, string>> = {
  add: '+=',
  sub: '-=',
  mul: '*=',
  div: '/=',
  sdiv: '/=',
  or: '|=',
  and: '&=',
  lsh: '<<=',
  rsh: '>>=',
  neg: 'neg',
  mod: '%=',
  smod: '%=',
  xor: '^=',
  mov: '=',
  movsx: '=',
  arsh: 's>>=',
};

export interface PointerOperation {
  readonly op: AluOp;
  readonly bits: 32 | 64;
  /** Register that takes the result. */
  readonly dst: number;
  readonly pointer: Value;
  readonly offset: Bounds;
  /** The pointer is the right operand. */
  readonly pointerRight: boolean;
  /** Id of a packet pointer that gets a new variable part. */
  readonly freshId: number;
}

const MOVABLE: ReadonlySet<ValueKind> = new Set(['ctx', 'map_value', 'fp', 'pkt', 'pkt_meta', 'ringbuf_mem']);

/**
 * The result of arithmetic on a pointer and a number, or the kernel's words why there is none. The difference of low
 * halves is a plain number.
 *
 * Kernel: kernel/bpf/verifier.c adjust_ptr_min_max_vals(), for privileged users.
 */
export function pointerSum(o: PointerOperation): Value | string {
  const { op, dst, pointer, offset } = o;
  const name = kindName(pointer);
  if (offset.smin > offset.smax || offset.umin > offset.umax) return unknown();
  if (isConstant(offset) && (offset.smin !== offset.smax || offset.umin !== offset.umax)) return unknown();
  if (o.bits === 32) return op === 'sub' ? unknown() : `R${dst} 32-bit pointer arithmetic prohibited`;
  if (pointer.orNull) return `R${dst} pointer arithmetic on ${name} prohibited, null-check it first`;
  const standsStill = pointer.kind === 'map_ptr' && op === 'add' && isZero(offset);
  if (!MOVABLE.has(pointer.kind) && !standsStill) return `R${dst} pointer arithmetic on ${name} prohibited`;
  const insane = insaneOffset(name, offset, 0) ?? insaneOffset(name, pointer.bounds, pointer.off);
  if (insane) return insane;
  if (op === 'and' || op === 'or' || op === 'xor') {
    return `R${dst} bitwise operator ${OPERATOR[op]} on pointer prohibited`;
  }
  if (op !== 'add' && op !== 'sub') return `R${dst} pointer arithmetic with ${OPERATOR[op]} operator prohibited`;
  if (op === 'sub' && o.pointerRight) return `R${dst} tried to subtract pointer from scalar`;
  if (op === 'sub' && pointer.kind === 'fp') return `R${dst} subtraction from stack pointer prohibited`;
  const result = moved(o);
  return insaneOffset(name, result.bounds, result.off) ?? result;
}

/** Kernel: kernel/bpf/verifier.c check_reg_sane_offset(). */
function insaneOffset(name: string, bounds: Bounds, off: number): string | undefined {
  const max = BigInt(BPF_MAX_VAR_OFF);
  const value = BigInt.asIntN(64, bounds.bits.value);
  if (isConstant(bounds) && (value >= max || value <= -max)) {
    return `math between ${name} pointer and ${value} is not allowed`;
  }
  if (off >= BPF_MAX_VAR_OFF || off <= -BPF_MAX_VAR_OFF) return `${name} pointer offset ${off} is not allowed`;
  if (bounds.smin === S64_MIN) {
    return `math between ${name} pointer and register with unbounded min value is not allowed`;
  }
  if (bounds.smin >= max || bounds.smin <= -max) return `value ${bounds.smin} makes ${name} pointer be out of bounds`;
  return undefined;
}

function moved({ op, pointer, offset, freshId }: PointerOperation): Value {
  const add = op === 'add';
  if (isConstant(offset)) {
    const off = BigInt(pointer.off) + (add ? offset.smin : -offset.smin);
    if (off === BigInt.asIntN(32, off)) return pointer.with({ off: Number(off) });
  }
  const b = new MutableBounds(pointer.bounds);
  b.forget32();
  const p = pointer.bounds;
  const smin = add ? p.smin + offset.smin : p.smin - offset.smax;
  const smax = add ? p.smax + offset.smax : p.smax - offset.smin;
  const umin = add ? p.umin + offset.umin : p.umin - offset.umax;
  const umax = add ? p.umax + offset.umax : p.umax - offset.umin;
  const signedFits = smin >= S64_MIN && smax <= S64_MAX;
  b.smin = signedFits ? smin : S64_MIN;
  b.smax = signedFits ? smax : S64_MAX;
  const unsignedFits = umin >= 0n && umax <= U64_MAX;
  b.umin = unsignedFits ? umin : 0n;
  b.umax = unsignedFits ? umax : U64_MAX;
  b.bits = add ? tnumAdd(p.bits, offset.bits) : tnumSub(p.bits, offset.bits);
  const bounds = settle(b);
  if (!isPacket(pointer)) return pointer.with({ bounds });
  // What was known of the packet's end holds of pointers with the old variable part only, unless this one is before it.
  const range = add || offset.smin < 0n ? 0 : pointer.range;
  return pointer.with({ bounds, id: freshId, range });
}
