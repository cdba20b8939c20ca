import { type SkBuff, type u8, u32 } from '@sluice/compiler/bpf';
import { answeredKey } from './conntrack.bpf.ts';
import { CT_NODEPORT, EVENT_REVERSE } from './constants.ts';
import { conntrack, service_addrs } from './maps.bpf.ts';
import { ConnKey, type Flow } from './records.bpf.ts';
import { rewriteSource } from './rewrite.bpf.ts';
import { tell } from './tell.bpf.ts';

/** Puts the service's address back as the source of a backend's answer. Returns 0 or a DROP_*. */
export function reverseService(ctx: SkBuff, flow: Flow): u8 {
  const address = service_addrs.lookup(u32(flow.service));
  if (address === null || flow.related !== 0) return 0;
  const failed = rewriteSource(ctx, flow, address.address, address.port);
  if (failed !== 0) return failed;
  tell(flow, EVENT_REVERSE, 0, u32(flow.service));
  return 0;
}

/** Whether this packet answers one that came in through a node's port; sets `flow.service`. */
export function answersNodePort(flow: Flow): boolean {
  const key = new ConnKey();
  answeredKey(flow, key, CT_NODEPORT);
  const entry = conntrack.lookup(key);
  if (entry === null || flow.related !== 0) return false;
  flow.service = entry.service;
  return true;
}
