import type { TcpConnection } from '@sluice/engine';
import { formatIpv4, IPPROTO_TCP } from '@sluice/wire';
import { cgroupSockAddr } from '../../bpf/cgroup-sock-addr.ts';
import type { NetNamespace } from '../../kernel/net-namespace.ts';
import { run } from '../../runner.ts';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { epPoll } from '../../socket/ep-poll.ts';
import { Sock } from '../../socket/sock.ts';
import type { Timer } from '../../time/clock.ts';
import { TCP_INIT_CWND, TCP_MSS_DEFAULT, TCP_RECEIVE_BUFFER_BYTES, TCP_TIMEOUT_INIT_NS } from './tcp-limits.ts';
import type { TcpListenSock } from './tcp-listen-sock.ts';
import { tcpRecvmsg } from './tcp-recvmsg.ts';
import { tcpSendmsg } from './tcp-sendmsg.ts';
import { tcpShutdown } from './tcp-shutdown.ts';
import { type TcpEvent, type TcpState, tcpNextState } from './tcp-state.ts';

/** A segment that was sent and is not acknowledged yet. */
export interface SentSegment {
  readonly seq: number;
  readonly endSeq: number;
  readonly flags: number;
  readonly payload: Uint8Array;
  sentNs: number;
  retransmits: number;
  /** Taken for lost, and not sent again yet. */
  lost: boolean;
}

/** One TCP connection and the process that owns it. Sequence numbers are unsigned. Kernel: struct tcp_sock. */
export class TcpSock extends Sock implements TcpConnection {
  readonly type = 1;
  readonly protocol = IPPROTO_TCP;
  readonly recvmsg = tcpRecvmsg;
  tcpState: TcpState = 'CLOSE';
  /** Who accepted it; undefined for a connection that was opened from here. */
  listener: TcpListenSock | undefined;
  /** Send side. */
  sndUna = 0;
  sndNxt = 0;
  sndWnd = 0;
  sndWl1 = 0;
  sndScale = 0;
  mss = TCP_MSS_DEFAULT;
  cwnd = TCP_INIT_CWND;
  ssthresh = 0x7fffffff;
  dupAcks = 0;
  /** Up to here everything was sent when loss was found; recovery ends when it is acknowledged. */
  recoverySeq: number | undefined;
  readonly unsent: Uint8Array[] = [];
  readonly sent: SentSegment[] = [];
  finQueued = false;
  /** The number after our FIN, once it is sent. */
  finSeq: number | undefined;
  /** Receive side. */
  rcvNxt = 0;
  rcvScale = 0;
  /** Right edge of the window that was advertised last. */
  rcvWup = 0;
  readonly outOfOrder: SkBuff[] = [];
  finReceived = false;
  /** Timing, nanoseconds. */
  rtoNs = TCP_TIMEOUT_INIT_NS;
  srttNs = 0;
  rttvarNs = 0;
  timeouts = 0;
  timer: Timer | undefined;
  /** What the process has still to be told. */
  establishedPending = false;
  closePending = false;
  closeReason: string | undefined;
  #onData: ((payload: Uint8Array) => void) | undefined;
  #onEstablished: (() => void) | undefined;
  #onClose: ((reason: string | undefined) => void) | undefined;

  constructor(netns: NetNamespace) {
    super(netns);
    this.receiveBufferBytes = TCP_RECEIVE_BUFFER_BYTES;
  }

  get state(): string {
    return this.tcpState;
  }

  get watched(): boolean {
    return true;
  }

  move(event: TcpEvent): void {
    this.tcpState = tcpNextState(this.tcpState, event);
  }

  send(payload: Uint8Array): void {
    tcpSendmsg(this, payload);
  }

  /** Finishes the sending side; the connection ends once the peer has finished too. */
  close(): void {
    tcpShutdown(this);
  }

  onData(handler: (payload: Uint8Array) => void): void {
    this.#onData = handler;
    this.poll.callback(this);
  }

  onEstablished(handler: () => void): void {
    this.#onEstablished = handler;
    this.poll.callback(this);
  }

  onClose(handler: (reason: string | undefined) => void): void {
    this.#onClose = handler;
    this.poll.callback(this);
  }

  /** The process's turn: first the connection, then the data, last the end. */
  drain(): void {
    if (this.establishedPending && this.#onEstablished) {
      this.establishedPending = false;
      this.#onEstablished();
    }
    while (this.#onData && this.receiveQueue.first !== null) run(epPoll, this.receiveQueue.shift()!);
    if (this.finReceived && this.receiveQueue.length === 0 && this.tcpState === 'CLOSE_WAIT') tcpShutdown(this);
    if (this.closePending && this.#onClose && this.receiveQueue.length === 0) {
      this.closePending = false;
      this.#onClose(this.closeReason);
    }
  }

  deliver(payload: Uint8Array): void {
    this.#onData?.(payload);
  }

  peer(): { address: string; port: number } {
    const programs = this.netns.cgroup.getpeername4;
    const call = cgroupSockAddr(programs, this, 'getpeername4', this.peerAddress, this.peerPort, 0, 0);
    return { address: formatIpv4(call.address), port: call.port };
  }

  local(): { address: string; port: number } {
    const programs = this.netns.cgroup.getsockname4;
    const call = cgroupSockAddr(programs, this, 'getsockname4', this.localAddress, this.localPort, 0, 0);
    return { address: formatIpv4(call.address), port: call.port };
  }
}
