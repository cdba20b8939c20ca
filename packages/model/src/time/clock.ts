/** A callback to be made at a moment of virtual time. */
export interface Timer {
  readonly atNs: number;
  readonly order: number;
  /** Housekeeping (a cache entry growing old) does not keep `run` from being finished. */
  readonly background: boolean;
  fire: (() => void) | undefined;
}

/**
 * Virtual time: it stands still while packets are processed and jumps to the next timer when nothing else is left.
 * Times are nanoseconds; up to 2^53 of them, which is 104 days.
 */
export class Clock {
  nowNs: number;
  #heap: Timer[] = [];
  #order = 0;
  #foreground = 0;

  constructor(startNs = 0) {
    this.nowNs = startNs;
  }

  /** Calls `fire` once, `delayNs` from now. Timers of one moment fire in the order they were set. */
  after(delayNs: number, fire: () => void, background = false): Timer {
    const timer: Timer = { atNs: this.nowNs + delayNs, order: this.#order++, background, fire };
    if (!background) this.#foreground++;
    this.#push(timer);
    return timer;
  }

  /** Takes a timer back; one that fired already or was cancelled is left alone. */
  cancel(timer: Timer | undefined): void {
    if (!timer?.fire) return;
    timer.fire = undefined;
    if (!timer.background) this.#foreground--;
  }

  /** True while a timer that packets or processes wait for is set. */
  get waiting(): boolean {
    return this.#foreground > 0;
  }

  /** Fires the next timer, if one is due at `limitNs` or before; moves time there. Returns whether one fired. */
  advance(limitNs = Number.POSITIVE_INFINITY): boolean {
    for (;;) {
      const timer = this.#heap[0];
      if (timer === undefined) return false;
      if (timer.fire === undefined) {
        this.#pop();
        continue;
      }
      if (timer.atNs > limitNs) return false;
      this.#pop();
      const { fire } = timer;
      timer.fire = undefined;
      if (!timer.background) this.#foreground--;
      if (timer.atNs > this.nowNs) this.nowNs = timer.atNs;
      fire();
      return true;
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(timer);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!earlier(timer, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1]!, heap[child]!)) child++;
      if (!earlier(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

const earlier = (a: Timer, b: Timer): boolean => a.atNs < b.atNs || (a.atNs === b.atNs && a.order < b.order);

export const US = 1_000;
export const MS = 1_000_000;
export const SECOND = 1_000_000_000;
