import type { SkBuff } from '../../skb/sk-buff.ts';
import { truesize } from '../../socket/sock.ts';
import { delivered, type Step, step } from '../../step.ts';
import type { TcpSock } from './tcp-sock.ts';

/** The process reads: the bytes are copied to user space. Kernel: net/ipv4/tcp.c tcp_recvmsg(). Row F3. */
export const tcpRecvmsg: Step = step('tcp_recvmsg', 'process', 'F3', (skb: SkBuff): Step => {
  const sock = skb.sk as TcpSock;
  sock.receiveAllocBytes -= truesize(skb);
  if (skb.trace !== null) skb.trace.detail(`${skb.len} bytes to the process`);
  sock.deliver(skb.bytes.slice(skb.data, skb.tail));
  return delivered;
});
