import { deliverPtype } from './core/deliver-ptype.ts';
import { deliverTaps } from './core/deliver-taps.ts';
import { doXdpGeneric } from './core/do-xdp-generic.ts';
import { enqueueToBacklog } from './core/enqueue-to-backlog.ts';
import { napiGroReceive } from './core/napi-gro-receive.ts';
import { napiPoll } from './core/napi-poll.ts';
import { netRxAction } from './core/net-rx-action.ts';
import { netifReceiveSkb } from './core/netif-receive-skb.ts';
import { netifReceiveSkbCore } from './core/netif-receive-skb-core.ts';
import { netifRx } from './core/netif-rx.ts';
import { processBacklog } from './core/process-backlog.ts';
import { schHandleIngress } from './core/sch-handle-ingress.ts';
import { xdpRun } from './core/xdp-run.ts';
import { cleanRx } from './drivers/clean-rx.ts';
import { nicPoll } from './drivers/nic-poll.ts';
import { ipLocalDeliver } from './ipv4/ip-local-deliver.ts';
import { ipLocalDeliverFinish } from './ipv4/ip-local-deliver-finish.ts';
import { ipRcv } from './ipv4/ip-rcv.ts';
import { ipRcvFinish } from './ipv4/ip-rcv-finish.ts';
import { ipRouteInput } from './ipv4/ip-route-input.ts';
import { udpQueueRcvSkb } from './ipv4/udp/udp-queue-rcv-skb.ts';
import { udpRecvmsg } from './ipv4/udp/udp-recvmsg.ts';
import { udpRcv } from './ipv4/udp-rcv.ts';
import { nfLocalIn, nfPreRouting } from './netfilter/nf-hook.ts';
import { nfIngress } from './netfilter/nf-ingress.ts';
import { epPoll } from './socket/ep-poll.ts';
import { sockDefReadable } from './socket/sock-def-readable.ts';
import { sockQueueRcvSkb } from './socket/sock-queue-rcv-skb.ts';
import type { Step } from './step.ts';
import { xfrm4PolicyCheck } from './xfrm/xfrm4-policy-check.ts';

/** A line of the table of contents. `step` numbers the nineteen steps of the receive path; 0 leads there, 20 goes on. */
export interface Station {
  readonly step: number;
  /** Row of the system's list. */
  readonly row: string;
  /** What happens, for a reader. */
  readonly what: string;
  /** The functions that do it, in order. */
  readonly functions: readonly (Step | ((...args: never[]) => unknown))[];
}

const at = (step: number, row: string, what: string, ...functions: Station['functions'][number][]): Station => ({
  step,
  row,
  what,
  functions,
});

/**
 * The receive path, from the descriptor ring to the process, in the order a UDP datagram walks it. Stations that nobody
 * occupies (no program, no capture, no hook function) are passed over. Where the routing decision says so, a packet
 * leaves after step 13 for `ipForward`, and from there takes `ipOutput` … `devQueueXmit` … the driver.
 */
export const RECEIVE_PATH: readonly Station[] = [
  at(0, 'A5', 'the softirq polls the devices of its CPU in turn', netRxAction),
  at(0, 'A4', 'a driver without NAPI (veth, lo) comes by the backlog', netifRx, enqueueToBacklog, processBacklog),
  at(1, 'A5', 'NAPI poll: the driver takes frames off its ring', napiPoll, nicPoll),
  at(2, 'B1', 'native XDP, before there is an skb', xdpRun),
  at(3, 'B3', 'the skb is built, the link-layer header read', cleanRx),
  at(4, 'B4', 'GRO merges segments of one stream', napiGroReceive),
  at(5, 'B5', 'the stack takes the packet', netifReceiveSkb, netifReceiveSkbCore),
  at(6, 'B6', 'generic XDP', doXdpGeneric),
  at(7, 'C1', 'captures get their copy', deliverTaps),
  at(8, 'C5', 'tc ingress programs', schHandleIngress),
  at(9, 'C6', 'the netfilter ingress hook', nfIngress),
  at(10, 'D1', 'the protocol: IPv4', deliverPtype, ipRcv),
  at(11, 'E1', 'netfilter: PRE_ROUTING', nfPreRouting),
  at(12, 'D1', 'routed already, or to be routed', ipRcvFinish),
  at(13, 'D1', 'the routing decision', ipRouteInput),
  at(14, 'D2', 'for this host: reassembly, LOCAL_IN', ipLocalDeliver, nfLocalIn),
  // UDP, TCP and ICMP ask at step 17 alone (their handlers say no_policy); the other protocols are asked for here.
  at(15, 'D6', 'xfrm policies, for protocols that do not ask themselves', xfrm4PolicyCheck, ipLocalDeliverFinish),
  at(16, 'F1', 'the transport protocol checks the datagram and finds its socket', udpRcv),
  at(17, 'D6', 'xfrm policies again, now that the socket is known', udpQueueRcvSkb),
  at(18, 'F1', 'into the receive queue', sockQueueRcvSkb),
  at(19, 'F3', 'the socket says that it has data', sockDefReadable),
  at(20, 'F3', 'the process wakes in epoll and reads', epPoll, udpRecvmsg),
];
