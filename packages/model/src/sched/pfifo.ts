import { devHardStartXmit } from '../core/dev-hard-start-xmit.ts';
import type { Nic } from '../drivers/nic.ts';
import { run } from '../runner.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { SkbQueue } from '../skb/skb-queue.ts';
import { drop, queued, type Step, step } from '../step.ts';
import type { Qdisc } from './qdisc.ts';

/**
 * First in, first out, a limited number of packets. A packet that finds the queue empty and the ring free passes by.
 * Kernel: net/sched/sch_fifo.c, net/core/dev.c __dev_xmit_skb() with TCQ_F_CAN_BYPASS. Row D4.
 */
export class PfifoQdisc implements Qdisc {
  readonly enqueue: Step;
  readonly #queue = new SkbQueue();
  readonly #nic: Nic;

  constructor(nic: Nic, limit: number) {
    this.#nic = nic;
    this.enqueue = step('__dev_xmit_skb', 'qdisc', 'D4', (skb: SkBuff): Step => {
      if (this.#queue.length === 0 && nic.txInUse < nic.txRing) return devHardStartXmit;
      if (this.#queue.length >= limit) {
        nic.stats.txDropped++;
        if (skb.trace !== null) skb.trace.because('limit', `the queue of ${nic.name} holds ${limit} packets already`);
        return drop(skb, 'QDISC_DROP');
      }
      this.#queue.push(skb);
      return queued;
    });
  }

  get length(): number {
    return this.#queue.length;
  }

  run(): void {
    while (this.#nic.txInUse < this.#nic.txRing) {
      const skb = this.#queue.shift();
      if (skb === null) return;
      run(devHardStartXmit, skb);
    }
  }
}
