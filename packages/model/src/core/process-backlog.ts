import { run } from '../runner.ts';
import type { Napi } from './napi.ts';
import { netifReceiveSkb } from './netif-receive-skb.ts';

/**
 * The backlog's poll: moves the input queue to the process queue at once and hands its packets up one by one.
 * Returns how many, at most `quota`. Kernel: net/core/dev.c process_backlog().
 */
export function processBacklog(napi: Napi, quota: number): number {
  const { softnet } = napi;
  let work = 0;
  for (;;) {
    for (let skb = softnet.processQueue.shift(); skb !== null; skb = softnet.processQueue.shift()) {
      run(netifReceiveSkb, skb);
      if (++work >= quota) return work;
    }
    if (softnet.inputPktQueue.first === null) {
      napi.scheduled = false;
      return work;
    }
    softnet.processQueue.splice(softnet.inputPktQueue);
  }
}
