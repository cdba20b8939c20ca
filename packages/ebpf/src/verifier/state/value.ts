import type { MapSpec } from '../../spec.ts';
import { type Bounds, boundsOfConstant, isConstant, isZero, UNBOUNDED, ZERO } from '../domain/bounds.ts';

/** What a register holds. The names are those of the kernel's log. */
export type ValueKind =
  /** Nothing: never written, or made invalid. */
  | '?'
  | 'scalar'
  | 'ctx'
  | 'map_ptr'
  | 'map_value'
  /** Pointer into a function's stack frame. */
  | 'fp'
  | 'pkt'
  | 'pkt_meta'
  | 'pkt_end'
  | 'sock'
  | 'sock_common'
  | 'xdp_sock'
  /** Memory reserved in a ring buffer. */
  | 'ringbuf_mem';

/** In `range` of a packet pointer: known to be at or beyond the packet's end, so that nothing can be read. */
export const AT_PKT_END = -1;
export const BEYOND_PKT_END = -2;

/**
 * The content of a register or of a spilled stack cell. Fixed once made, and shared by states, except for `precise`:
 * a scalar whose bounds a check or a decision relied on. That relies in turn on the values it was made from
 * (`source`, `source2`), back to where bounds do not depend on anything. Scalars that are not precise need not be compared
 * when states are.
 */
export class Value {
  precise = false;
  source: Value | undefined = undefined;
  source2: Value | undefined = undefined;

  constructor(
    readonly kind: ValueKind,
    /** Of a scalar; of a pointer the variable part of its offset. */
    readonly bounds: Bounds,
    /** Pointer: the fixed part of its offset. Scalar with `linkOffset`: distance to the others of the same id. */
    readonly off: number,
    /**
     * Not 0: scalars with the same id are equal (apart from `off`), pointers are derived from the same pointer (packet)
     * or become NULL together.
     */
    readonly id: number,
    readonly orNull: boolean,
    /** Not 0: a reference that must be given back. */
    readonly reference: number,
    /** Packet pointer: bytes from its variable part that are known to be inside; or AT_PKT_END, BEYOND_PKT_END. */
    readonly range: number,
    /** Stack pointer: depth of the frame it points into. */
    readonly frame: number,
    /** map_ptr, map_value. */
    readonly map: MapSpec | undefined,
    /** Bytes of ringbuf_mem. */
    readonly memBytes: number,
    /** Scalar: `id` is linked with distance `off`. */
    readonly linkOffset: boolean,
  ) {}

  with(change: Partial<ValueFields>): Value {
    return new Value(
      change.kind ?? this.kind,
      change.bounds ?? this.bounds,
      change.off ?? this.off,
      change.id ?? this.id,
      change.orNull ?? this.orNull,
      change.reference ?? this.reference,
      change.range ?? this.range,
      this.frame,
      change.map ?? this.map,
      this.memBytes,
      change.linkOffset ?? this.linkOffset,
    );
  }

  /** A scalar that relies on this one; of anything else, itself. */
  copy(): Value {
    return this.kind === 'scalar' ? this.with({}).from(this) : this;
  }

  /** Says which values a new scalar's bounds were computed from. */
  from(source: Value, source2?: Value): Value {
    this.source = source;
    this.source2 = source2;
    return this;
  }
}

type ValueFields = Pick<
  Value,
  'kind' | 'bounds' | 'off' | 'id' | 'orNull' | 'reference' | 'range' | 'map' | 'linkOffset'
>;

/** A scalar; `id` 0 is linked to nothing. */
export function scalar(bounds: Bounds, id = 0): Value {
  return new Value('scalar', bounds, 0, id, false, 0, 0, 0, undefined, 0, false);
}

export const UNINITIALISED = new Value('?', UNBOUNDED, 0, 0, false, 0, 0, 0, undefined, 0, false);

export function unknown(): Value {
  return scalar(UNBOUNDED);
}

export function constant(value: bigint): Value {
  return scalar(boundsOfConstant(value));
}

interface PointerFields {
  off?: number;
  id?: number;
  orNull?: boolean;
  reference?: number;
  frame?: number;
  map?: MapSpec | undefined;
  memBytes?: number;
}

/** A pointer without variable offset. */
export function pointer(kind: Exclude<ValueKind, '?' | 'scalar'>, p: PointerFields = {}): Value {
  const { off = 0, id = 0, orNull = false, reference = 0, frame = 0, map, memBytes = 0 } = p;
  return new Value(kind, ZERO, off, id, orNull, reference, 0, frame, map, memBytes, false);
}

export function isPointer(v: Value): boolean {
  return v.kind !== 'scalar' && v.kind !== '?';
}

/** Into the packet or its metadata; not its end. */
export function isPacket(v: Value): boolean {
  return v.kind === 'pkt' || v.kind === 'pkt_meta';
}

export function isPacketOrEnd(v: Value): boolean {
  return isPacket(v) || v.kind === 'pkt_end';
}

export function isSocket(v: Value): boolean {
  return v.kind === 'sock' || v.kind === 'sock_common' || v.kind === 'xdp_sock';
}

export function isNull(v: Value): boolean {
  return v.kind === 'scalar' && isZero(v.bounds);
}

export function isKnown(v: Value): boolean {
  return v.kind === 'scalar' && isConstant(v.bounds);
}

/** As the kernel's messages name it: `map_value_or_null`. */
export function kindName(v: Value): string {
  return v.orNull ? `${v.kind}_or_null` : v.kind;
}

/** Marks a scalar, and all that its bounds were computed from, as relied upon. */
export function markPrecise(value: Value): void {
  if (value.kind !== 'scalar' || value.precise) return;
  const pending = [value];
  for (let v = pending.pop(); v; v = pending.pop()) {
    if (v.precise) continue;
    v.precise = true;
    const { source, source2 } = v;
    if (source && !source.precise && source.kind === 'scalar') pending.push(source);
    if (source2 && !source2.precise && source2.kind === 'scalar') pending.push(source2);
    v.source = v.source2 = undefined;
  }
}
