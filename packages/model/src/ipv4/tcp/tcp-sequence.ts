/** Sequence numbers wrap at 2^32; all are unsigned. Spec: RFC 9293 §3.4. */

export const seqAdd = (a: number, n: number): number => (a + n) >>> 0;

/** Bytes from `a` to `b`; negative where `b` comes before `a`. */
export const seqDiff = (b: number, a: number): number => (b - a) | 0;

/** `a` comes before `b`. */
export const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;

/** `a` comes after `b`. */
export const after = (a: number, b: number): boolean => ((b - a) | 0) < 0;

/** low ≤ x ≤ high. */
export const between = (x: number, low: number, high: number): boolean => (high - low) >>> 0 >= (x - low) >>> 0;
