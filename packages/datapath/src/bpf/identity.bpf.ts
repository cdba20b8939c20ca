import type { be32, u32 } from '@sluice/compiler/bpf';
import { IDENTITY_WORLD } from './constants.ts';
import { ipcache } from './maps.bpf.ts';
import { IpcacheKey } from './records.bpf.ts';

/** Who has this address; the world where nobody is known to. */
export function identityOf(ip: be32): u32 {
  const key = new IpcacheKey();
  key.prefixLen = 32;
  key.ip = ip;
  const entry = ipcache.lookup(key);
  return entry === null ? IDENTITY_WORLD : entry.identity;
}
