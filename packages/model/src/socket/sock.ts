import type { NetNamespace } from '../kernel/net-namespace.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { SkbQueue } from '../skb/skb-queue.ts';
import type { Step } from '../step.ts';
import type { EventPoll } from './event-poll.ts';

/** What one packet charges to a receive buffer: its buffer and `sizeof(struct sk_buff)`. Kernel: skb->truesize. */
export const truesize = (skb: SkBuff): number => skb.size + 256;

/** A socket. Addresses are unsigned numbers, 0 for any; ports 0 for none. Kernel: struct sock, struct inet_sock. */
export abstract class Sock {
  readonly netns: NetNamespace;
  readonly cookie: number;
  /** UAPI: SOCK_STREAM 1, SOCK_DGRAM 2. */
  abstract readonly type: number;
  abstract readonly protocol: number;
  /** How its process reads: udp_recvmsg, tcp_recvmsg. */
  abstract readonly recvmsg: Step;
  localAddress = 0;
  localPort = 0;
  peerAddress = 0;
  peerPort = 0;
  /** SO_MARK. */
  mark = 0;
  /** SO_RCVBUF. */
  receiveBufferBytes: number;
  receiveAllocBytes = 0;
  /** Packets say that they must not be cut. Kernel: IP_PMTUDISC_WANT, against IP_PMTUDISC_DONT. */
  readonly dontFragment: boolean;
  drops = 0;
  closed = false;
  /** An error that the next call returns. Kernel: sk_err. */
  pendingError: string | undefined;
  readonly receiveQueue = new SkbQueue();
  readonly poll: EventPoll;
  /** Stands on its epoll's ready list. */
  ready = false;
  /** Number of the packet that made it readable, where somebody watches. */
  wokenBy = 0;

  constructor(netns: NetNamespace) {
    this.netns = netns;
    this.cookie = netns.host.programs.nextSocketCookie();
    this.receiveBufferBytes = netns.sysctls.value('net.core.rmem_default');
    this.dontFragment = netns.sysctls.value('net.ipv4.ip_no_pmtu_disc') === 0;
    this.poll = netns.poll;
  }

  /** Whether a process waits for what comes. */
  abstract get watched(): boolean;

  /** The process's turn: takes everything there is. */
  abstract drain(): void;
}
