import { EngineError, type UdpSocket } from '@sluice/engine';
import { formatIpv4, IPPROTO_UDP } from '@sluice/wire';
import { cgroupSockAddr } from '../../bpf/cgroup-sock-addr.ts';
import { addressArgument } from '../../kernel/arguments.ts';
import type { NetNamespace } from '../../kernel/net-namespace.ts';
import { run } from '../../runner.ts';
import { kfreeSkb } from '../../skb/kfree-skb.ts';
import { epPoll } from '../../socket/ep-poll.ts';
import { Sock } from '../../socket/sock.ts';
import { inetBind } from '../inet-bind.ts';
import { ip4DatagramConnect } from './ip4-datagram-connect.ts';
import type { PeerAddress } from './peer-address.ts';
import { udpRecvmsg } from './udp-recvmsg.ts';
import { udpSendmsg } from './udp-sendmsg.ts';

export type UdpHandler = (payload: Uint8Array, from: { address: string; port: number }) => void;

/** A UDP socket and the process that owns it. Kernel: struct udp_sock. */
export class UdpSock extends Sock implements UdpSocket {
  readonly type = 2;
  readonly protocol = IPPROTO_UDP;
  readonly recvmsg = udpRecvmsg;
  /** SO_BROADCAST. */
  broadcast = false;
  #handler: UdpHandler | undefined;

  constructor(netns: NetNamespace) {
    super(netns);
  }

  get watched(): boolean {
    return this.#handler !== undefined;
  }

  bind(address: string, port: number): void {
    const error = inetBind(this, addressArgument('bind', address), port, this.netns.udp);
    if (error !== undefined) throw new EngineError(`bind ${address}:${port}`, error, 'the address cannot be had');
  }

  connect(address: string, port: number): void {
    const error = ip4DatagramConnect(this, addressArgument('connect', address), port);
    if (error !== undefined) throw new EngineError(`connect ${address}:${port}`, error, 'the kernel refused');
  }

  send(payload: Uint8Array, to?: { address: string; port: number }): string | undefined {
    return to === undefined
      ? udpSendmsg(this, payload, undefined, 0)
      : udpSendmsg(this, payload, addressArgument('send', to.address), to.port);
  }

  onMessage(handler: UdpHandler): void {
    this.#handler = handler;
    if (this.receiveQueue.length > 0) this.poll.callback(this);
  }

  drain(): void {
    for (let skb = this.receiveQueue.shift(); skb !== null; skb = this.receiveQueue.shift()) run(epPoll, skb);
  }

  deliver(payload: Uint8Array, from: PeerAddress): void {
    this.#handler?.(payload, from);
  }

  peer(): { address: string; port: number } | undefined {
    if (this.peerPort === 0) return undefined;
    const call = cgroupSockAddr(
      this.netns.cgroup.getpeername4,
      this,
      'getpeername4',
      this.peerAddress,
      this.peerPort,
      0,
      0,
    );
    return { address: formatIpv4(call.address), port: call.port };
  }

  local(): { address: string; port: number } {
    const programs = this.netns.cgroup.getsockname4;
    const call = cgroupSockAddr(programs, this, 'getsockname4', this.localAddress, this.localPort, 0, 0);
    return { address: formatIpv4(call.address), port: call.port };
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    const list = this.netns.udp.get(this.localPort) ?? [];
    const left = list.filter((s) => s !== this);
    if (left.length > 0) this.netns.udp.set(this.localPort, left);
    else this.netns.udp.delete(this.localPort);
    for (let skb = this.receiveQueue.shift(); skb !== null; skb = this.receiveQueue.shift()) kfreeSkb(skb);
  }
}
