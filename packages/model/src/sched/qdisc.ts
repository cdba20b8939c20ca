import type { Step } from '../step.ts';

/** A queueing discipline in front of a device. Kernel: struct Qdisc. */
export interface Qdisc {
  /** Takes the packet in, or lets it go on to the driver at once. */
  readonly enqueue: Step;
  /** Packets waiting. */
  readonly length: number;
  /** Sends what can be sent now. */
  run(): void;
}
