import type { Napi } from './napi.ts';

/**
 * Puts a device on its CPU's poll list and raises NET_RX_SOFTIRQ; a device that is there already stays where it is.
 * Kernel: net/core/dev.c __napi_schedule().
 */
export function napiSchedule(napi: Napi): void {
  if (napi.scheduled) return;
  napi.scheduled = true;
  napi.softnet.pollList.push(napi);
}
