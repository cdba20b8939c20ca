import type { Napi } from './napi.ts';
import { napiGroFlush } from './napi-gro-flush.ts';
import type { NapiList } from './napi-list.ts';

/**
 * Polls one device once. One that used its whole weight goes to `repoll`; what GRO holds for it goes up first.
 * Returns the number of packets taken. Kernel: net/core/dev.c napi_poll().
 */
export function napiPoll(napi: Napi, repoll: NapiList): number {
  const work = napi.scheduled ? napi.poll(napi, napi.weight) : 0;
  if (work < napi.weight) return work;
  napiGroFlush(napi);
  if (napi.scheduled) repoll.push(napi);
  return work;
}
