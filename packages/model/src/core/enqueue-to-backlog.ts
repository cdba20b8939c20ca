import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, queued, type Step, step } from '../step.ts';
import { napiSchedule } from './napi-schedule.ts';

/**
 * Puts a packet on the CPU's input queue, and the backlog pseudo-device on the poll list. A queue longer than
 * `net.core.netdev_max_backlog` drops it: CPU_BACKLOG, counted for CPU and device.
 * Kernel: net/core/dev.c enqueue_to_backlog().
 */
export const enqueueToBacklog: Step = step('enqueue_to_backlog', 'core', 'A4', (skb: SkBuff): Step => {
  const { host } = skb.dev.netns;
  const softnet = host.cpus[host.currentCpu]!;
  const limit = host.root.sysctls.netdevMaxBacklog;
  if (softnet.inputPktQueue.length > limit) {
    softnet.dropped++;
    skb.dev.stats.rxDropped++;
    if (skb.trace !== null) {
      skb.trace.because(
        'limit',
        `the backlog of CPU ${softnet.cpu} holds net.core.netdev_max_backlog (${limit}) packets already`,
      );
    }
    return drop(skb, 'CPU_BACKLOG');
  }
  if (!skb.dev.up) return drop(skb, 'DEV_READY');
  napiSchedule(softnet.backlog);
  if (skb.trace !== null)
    skb.trace.detail(`position ${softnet.inputPktQueue.length + 1} in the backlog of CPU ${softnet.cpu}`);
  softnet.inputPktQueue.push(skb);
  return queued;
});
