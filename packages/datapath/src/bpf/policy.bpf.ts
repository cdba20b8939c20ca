import { atomicAdd, type u8, type u32 } from '@sluice/compiler/bpf';
import { EVENT_POLICY, IDENTITY_WILDCARD, POLICY_BITS_PORT } from './constants.ts';
import { policy } from './maps.bpf.ts';
import { type Flow, PolicyKey } from './records.bpf.ts';
import { tell } from './tell.bpf.ts';

/**
 * Whether policy of `flow.endpoint` admits the packet from or to `peer`: an entry for the peer's identity, or one for
 * everybody; in each, the longest match on protocol and port. Entries only admit, so either suffices.
 */
export function policyAdmits(flow: Flow, direction: u8, peer: u32): boolean {
  flow.direction = direction;
  const key = new PolicyKey();
  key.prefixLen = POLICY_BITS_PORT;
  key.identity = peer;
  key.endpoint = flow.endpoint;
  key.direction = direction;
  key.protocol = flow.protocol;
  key.port = flow.dstPort;
  let entry = policy.lookup(key);
  if (entry === null) {
    key.identity = IDENTITY_WILDCARD;
    entry = policy.lookup(key);
  }
  if (entry === null) return false;
  atomicAdd(entry.packets, 1n);
  tell(flow, EVENT_POLICY, 0, entry.cookie);
  return true;
}
