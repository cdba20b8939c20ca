/**
 * The programs on a Pod's device, on the node's side of the pair: `from_container` sees what the Pod sends (tc ingress),
 * `to_container` what it is about to receive (tc egress).
 */
import {
  copy,
  ETH_P_ARP,
  ETH_P_IP,
  EthHdr,
  htons,
  packet,
  redirect,
  redirectNeigh,
  type SkBuff,
  TC_ACT_OK,
  tc,
  u32,
} from '@sluice/compiler/bpf';
import { NODE_IFINDEX, PACKET_LB } from './config.bpf.ts';
import { conntrackCreate, conntrackLookup } from './conntrack.bpf.ts';
import {
  CT_IN,
  CT_NEW,
  CT_OUT,
  CT_RELATED,
  CT_REPLY,
  DROP_CT_CREATE,
  DROP_INVALID,
  DROP_INVALID_SOURCE_IP,
  DROP_NO_ENDPOINT,
  DROP_POLICY,
  DROP_UNKNOWN_L3,
  ENDPOINT_HOST,
  EVENT_CONNTRACK,
  EVENT_LOCAL,
  POINT_FROM_CONTAINER,
  POINT_TO_CONTAINER,
  POLICY_EGRESS,
  POLICY_INGRESS,
  SCOPE_INTERNAL,
} from './constants.ts';
import { identityOf } from './identity.bpf.ts';
import { endpoint_devs, endpoints } from './maps.bpf.ts';
import { parseIpv4 } from './parse.bpf.ts';
import { policyAdmits } from './policy.bpf.ts';
import { Flow } from './records.bpf.ts';
import { answersNodePort, reverseService } from './reverse.bpf.ts';
import { decrementTtl } from './rewrite.bpf.ts';
import { translateService } from './service.bpf.ts';
import { drop, tell } from './tell.bpf.ts';

export const license = 'Dual MIT/GPL';

export const from_container = tc((ctx) => {
  if (ctx.protocol === htons(ETH_P_ARP)) return TC_ACT_OK;
  const flow = new Flow();
  flow.point = POINT_FROM_CONTAINER;
  if (ctx.protocol !== htons(ETH_P_IP)) return drop(flow, DROP_UNKNOWN_L3, 0);
  const malformed = parseIpv4(ctx, flow);
  if (malformed !== 0) return drop(flow, malformed, 0);
  const own = endpoint_devs.lookup(ctx.ifindex);
  if (own === null) return drop(flow, DROP_NO_ENDPOINT, 0);
  flow.endpoint = own.id;
  flow.srcIdentity = own.identity;
  if (flow.src !== own.ip) return drop(flow, DROP_INVALID_SOURCE_IP, 0);
  if (PACKET_LB !== 0) {
    const failed = translateService(ctx, flow, SCOPE_INTERNAL);
    if (failed !== 0) return drop(flow, failed, u32(flow.service));
  }
  flow.dstIdentity = identityOf(flow.dst);

  const state = conntrackLookup(flow, CT_OUT);
  if (state === CT_REPLY || state === CT_RELATED) {
    tell(flow, EVENT_CONNTRACK, state, 0);
    if (answersNodePort(flow)) {
      const failed = reverseService(ctx, flow);
      if (failed !== 0) return drop(flow, failed, 0);
      return redirectNeigh(NODE_IFINDEX, null, 0);
    }
    return deliver(ctx, flow);
  }
  if (!policyAdmits(flow, POLICY_EGRESS, flow.dstIdentity)) return drop(flow, DROP_POLICY, 0);
  if (state === CT_NEW && conntrackCreate(flow, CT_OUT, 0) < 0) return drop(flow, DROP_CT_CREATE, 0);
  return deliver(ctx, flow);
});

/** Straight into a Pod of this node; everything else goes up the stack to be routed. */
function deliver(ctx: SkBuff, flow: Flow): number {
  const target = endpoints.lookup(flow.dst);
  if (target === null || (target.flags & ENDPOINT_HOST) !== 0) return TC_ACT_OK;
  // The stack answers packets at the end of their life with an ICMP error.
  if (flow.ttl <= 1) return TC_ACT_OK;
  const failed = decrementTtl(ctx, flow);
  if (failed !== 0) return drop(flow, failed, 0);
  const eth = packet(ctx, 0, EthHdr);
  if (eth === null) return drop(flow, DROP_INVALID, 0);
  copy(eth.dst, target.mac);
  copy(eth.src, target.nodeMac);
  tell(flow, EVENT_LOCAL, 0, u32(target.id));
  return redirect(target.ifindex, 0);
}

export const to_container = tc((ctx) => {
  if (ctx.protocol === htons(ETH_P_ARP)) return TC_ACT_OK;
  const flow = new Flow();
  flow.point = POINT_TO_CONTAINER;
  if (ctx.protocol !== htons(ETH_P_IP)) return drop(flow, DROP_UNKNOWN_L3, 0);
  const malformed = parseIpv4(ctx, flow);
  if (malformed !== 0) return drop(flow, malformed, 0);
  const own = endpoint_devs.lookup(ctx.ifindex);
  if (own === null) return drop(flow, DROP_NO_ENDPOINT, 0);
  flow.endpoint = own.id;
  flow.dstIdentity = own.identity;
  flow.srcIdentity = identityOf(flow.src);

  const state = conntrackLookup(flow, CT_IN);
  if (state === CT_REPLY || state === CT_RELATED) {
    tell(flow, EVENT_CONNTRACK, state, 0);
    if (flow.service !== 0) {
      const failed = reverseService(ctx, flow);
      if (failed !== 0) return drop(flow, failed, 0);
    }
    return TC_ACT_OK;
  }
  if (!policyAdmits(flow, POLICY_INGRESS, flow.srcIdentity)) return drop(flow, DROP_POLICY, 0);
  if (state === CT_NEW && conntrackCreate(flow, CT_IN, 0) < 0) return drop(flow, DROP_CT_CREATE, 0);
  return TC_ACT_OK;
});
