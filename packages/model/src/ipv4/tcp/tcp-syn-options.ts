import { emitTcpOptions, IPV4_HLEN, TCP_HLEN } from '@sluice/wire';
import { ipRouteOutput } from '../ip-route-output.ts';
import { OutputFlow } from '../output-flow.ts';
import { TCP_WINDOW_SCALE } from './tcp-limits.ts';
import type { TcpSock } from './tcp-sock.ts';

const flow = new OutputFlow();

/** The largest segment that the way to the peer takes whole. */
export function tcpAdvertiseMss(sock: TcpSock): number {
  flow.set(sock.peerAddress, sock.localAddress, sock.mark);
  const mtu = ipRouteOutput(sock.netns, flow)?.dev.mtu ?? 1500;
  return Math.min(65535, mtu) - IPV4_HLEN - TCP_HLEN;
}

/**
 * Options of a SYN: MSS, and the window scale if the peer may use it. Kernel: net/ipv4/tcp_output.c tcp_syn_options().
 * We depart: no timestamps, no selective acknowledgment.
 */
export function tcpSynOptions(sock: TcpSock, withScale: boolean): Uint8Array {
  const scale = withScale && sock.netns.sysctls.value('net.ipv4.tcp_window_scaling') !== 0;
  sock.rcvScale = scale ? TCP_WINDOW_SCALE : 0;
  return emitTcpOptions({ mss: tcpAdvertiseMss(sock), ...(scale ? { windowScale: TCP_WINDOW_SCALE } : {}) });
}
