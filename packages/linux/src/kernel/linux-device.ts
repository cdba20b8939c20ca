import type { Device, DeviceStatistics, LinkHandle, ProgramHandle } from '@sluice/engine';
import { EngineError } from '@sluice/engine';
import type { Link } from '@sluice/netlink';
import { ATTACH, createLink, XDP_FLAGS } from '../bpf/link.ts';
import { PacketSocket } from '../packet/packet-socket.ts';
import type { LinuxNetNs } from './linux-netns.ts';

/** A device in a namespace of our own. */
export class LinuxDevice implements Device {
  readonly name: string;
  readonly ifindex: number;
  readonly mac: string;
  readonly netns: LinuxNetNs;
  /** Puts a frame on the wire towards the device; a veth's other end, or the segment, does it. */
  sendTowards: ((frame: Uint8Array) => void) | undefined;
  /** Frames and bytes that were put on the wire through this end without its having sent them. */
  #injected = { packets: 0, bytes: 0 };
  #nativeXdp = false;

  constructor(netns: LinuxNetNs, link: Link) {
    this.netns = netns;
    this.name = link.name;
    this.ifindex = link.ifindex;
    this.mac = link.mac ?? '00:00:00:00:00:00';
  }

  attachXdp(program: ProgramHandle, mode: 'native' | 'generic' = 'native'): LinkHandle {
    const link = this.#link(program, ATTACH.xdp, XDP_FLAGS[mode]);
    if (mode === 'generic') return link;
    this.#nativeXdp = true;
    return {
      replace: (next) => link.replace(next),
      detach: () => {
        this.#nativeXdp = false;
        link.detach();
      },
    };
  }

  /** With native XDP a veth counts what it receives without the link-layer header. */
  get hasNativeXdp(): boolean {
    return this.#nativeXdp;
  }

  attachTc(program: ProgramHandle, direction: 'ingress' | 'egress'): LinkHandle {
    return this.#link(program, direction === 'ingress' ? ATTACH.tcxIngress : ATTACH.tcxEgress, 0);
  }

  capture(onFrame: (frame: Uint8Array, timeNs: number) => void): { close(): void } {
    const socket = this.netns.inside(() => new PacketSocket(this.ifindex));
    const { kernel } = this.netns.host;
    socket.follow(({ bytes }) => {
      kernel.activity();
      onFrame(bytes, kernel.nowNs());
    });
    return this.netns.owns(socket);
  }

  inject(frame: Uint8Array): void {
    if (!this.sendTowards)
      throw new EngineError(`inject into ${this.name}`, 'EOPNOTSUPP', 'nothing is on its other end');
    this.netns.host.kernel.activity();
    this.sendTowards(frame);
  }

  /** Notes a frame that `inject` on the other end made this one carry: `statistics` leaves it out. */
  countInjected(bytes: number): void {
    this.#injected.packets++;
    this.#injected.bytes += bytes;
  }

  statistics(): DeviceStatistics {
    const link = this.netns.links().find((candidate) => candidate.ifindex === this.ifindex);
    const counters = link?.statistics;
    if (!counters) throw new EngineError(`statistics of ${this.name}`, 'ENODEV', 'the device is gone');
    return {
      rxPackets: Number(counters.rxPackets),
      rxBytes: Number(counters.rxBytes),
      rxDropped: Number(counters.rxDropped),
      txPackets: Number(counters.txPackets) - this.#injected.packets,
      txBytes: Number(counters.txBytes) - this.#injected.bytes,
      txDropped: Number(counters.txDropped),
    };
  }

  #link(program: ProgramHandle, attachType: number, flags: number): LinkHandle {
    const link = this.netns.inside(() => createLink(program, this.ifindex, attachType, flags));
    this.netns.owns({ close: () => link.detach() });
    return link;
  }
}
