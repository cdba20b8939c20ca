import type { Napi } from './napi.ts';
import { napiGroFlush } from './napi-gro-flush.ts';

/**
 * Polling is over for now: what GRO holds goes up, and the device leaves the poll list. The driver then lets
 * interrupts come again. Kernel: net/core/dev.c napi_complete_done().
 */
export function napiCompleteDone(napi: Napi): void {
  napiGroFlush(napi);
  napi.scheduled = false;
}
