/** The larger of two; unlike Math.max also for bigint. */
export function larger<T extends bigint | number>(x: T, y: T): T {
  return x > y ? x : y;
}

/** The smaller of two; unlike Math.min also for bigint. */
export function smaller<T extends bigint | number>(x: T, y: T): T {
  return y > x ? x : y;
}
