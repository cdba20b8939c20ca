import { ipSource, UDP_HLEN, udpSourcePort } from '@sluice/wire';
import { cgroupSockAddr } from '../../bpf/cgroup-sock-addr.ts';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { truesize } from '../../socket/sock.ts';
import { delivered, type Step, step } from '../../step.ts';
import { PeerAddress } from './peer-address.ts';
import type { UdpSock } from './udp-sock.ts';

/**
 * The process takes a datagram: it is copied to user space, and cgroup programs may change the address that the process
 * is told it came from. Kernel: net/ipv4/udp.c udp_recvmsg(). Rows F3, F4.
 */
export const udpRecvmsg: Step = step('udp_recvmsg', 'process', 'F3', (skb: SkBuff): Step => {
  const sock = skb.sk as UdpSock;
  const { bytes } = skb;
  const transport = skb.transportHeader;
  let source = ipSource(bytes, skb.networkHeader);
  let port = udpSourcePort(bytes, transport);
  const hook = sock.netns.cgroup.recvmsg4;
  if (hook.length > 0) {
    const call = cgroupSockAddr(hook, sock, 'recvmsg4', source, port, 0, skb.packetId);
    source = call.address;
    port = call.port;
  }
  sock.receiveAllocBytes -= truesize(skb);
  if (skb.trace !== null) skb.trace.detail(`${skb.tail - transport - UDP_HLEN} bytes to the process`);
  sock.deliver(bytes.slice(transport + UDP_HLEN, skb.tail), new PeerAddress(source, port));
  return delivered;
});
