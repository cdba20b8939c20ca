/**
 * The programs on a node's NIC: `from_netdev` sees what comes from other nodes and the world (tc ingress): node ports
 * and answers to translated packets; `to_netdev` what leaves (tc egress): Pods appear outside with the node's address.
 */
import { ETH_P_IP, htons, redirectNeigh, TC_ACT_OK, tc, u32 } from '@sluice/compiler/bpf';
import { NODE_IFINDEX, NODE_IP } from './config.bpf.ts';
import { answeredKey, conntrackCreate } from './conntrack.bpf.ts';
import {
  CT_IN,
  CT_NODEPORT,
  DROP_CT_CREATE,
  ENDPOINT_HOST,
  IDENTITY_FIRST_CIDR,
  IDENTITY_WORLD,
  POINT_FROM_NETDEV,
  POINT_TO_NETDEV,
  SCOPE_EXTERNAL,
} from './constants.ts';
import { identityOf } from './identity.bpf.ts';
import { conntrack, endpoints } from './maps.bpf.ts';
import { parseIpv4 } from './parse.bpf.ts';
import { ConnKey, Flow } from './records.bpf.ts';
import { answersNodePort, reverseService } from './reverse.bpf.ts';
import { translateService } from './service.bpf.ts';
import { NOT_TRANSLATED, translateBack, translateSource } from './source-nat.bpf.ts';
import { drop } from './tell.bpf.ts';

export const license = 'Dual MIT/GPL';

export const from_netdev = tc((ctx) => {
  if (ctx.protocol !== htons(ETH_P_IP)) return TC_ACT_OK;
  const flow = new Flow();
  flow.point = POINT_FROM_NETDEV;
  // What cannot be read is the stack's to refuse: it may be for the node itself.
  if (parseIpv4(ctx, flow) !== 0) return TC_ACT_OK;
  flow.srcIdentity = identityOf(flow.src);
  flow.dstIdentity = identityOf(flow.dst);

  if (flow.dst === NODE_IP) {
    const back = translateBack(ctx, flow);
    if (back === 0) {
      if (!answersNodePort(flow)) return TC_ACT_OK;
      const failed = reverseService(ctx, flow);
      if (failed !== 0) return drop(flow, failed, 0);
      return redirectNeigh(NODE_IFINDEX, null, 0);
    }
    if (back !== NOT_TRANSLATED) return drop(flow, back, 0);
  }
  const failed = translateService(ctx, flow, SCOPE_EXTERNAL);
  if (failed !== 0) return drop(flow, failed, u32(flow.service));
  if (flow.service === 0) return TC_ACT_OK;
  if (conntrackCreate(flow, CT_NODEPORT, 0) < 0) return drop(flow, DROP_CT_CREATE, 0);
  const local = endpoints.lookup(flow.dst);
  if (local !== null) return TC_ACT_OK;
  const unmapped = translateSource(ctx, flow);
  if (unmapped !== 0) return drop(flow, unmapped, 0);
  return redirectNeigh(NODE_IFINDEX, null, 0);
});

export const to_netdev = tc((ctx) => {
  if (ctx.protocol !== htons(ETH_P_IP)) return TC_ACT_OK;
  const flow = new Flow();
  flow.point = POINT_TO_NETDEV;
  if (parseIpv4(ctx, flow) !== 0) return TC_ACT_OK;
  const source = endpoints.lookup(flow.src);
  if (source === null || (source.flags & ENDPOINT_HOST) !== 0) return TC_ACT_OK;
  flow.srcIdentity = source.identity;
  flow.dstIdentity = identityOf(flow.dst);
  if (!isOutside(flow.dstIdentity)) return TC_ACT_OK;
  // Whoever reached the Pod by its own address is answered from it.
  const key = new ConnKey();
  answeredKey(flow, key, CT_IN);
  if (conntrack.lookup(key) !== null) return TC_ACT_OK;
  const unmapped = translateSource(ctx, flow);
  if (unmapped !== 0) return drop(flow, unmapped, 0);
  return TC_ACT_OK;
});

function isOutside(identity: u32): boolean {
  return identity === IDENTITY_WORLD || identity >= IDENTITY_FIRST_CIDR;
}
