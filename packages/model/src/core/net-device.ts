import type { Device, DeviceStatistics, LinkHandle, ProgramHandle } from '@sluice/engine';
import { be16At, be32At, formatMac } from '@sluice/wire';
import { attachTc } from '../bpf/attach-tc.ts';
import { attachXdp } from '../bpf/attach-xdp.ts';
import type { ModelProgram } from '../bpf/program.ts';
import { InDevice } from '../ipv4/in-device.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import type { Qdisc } from '../sched/qdisc.ts';
import type { Step } from '../step.ts';
import type { Napi } from './napi.ts';
import type { FrameTap } from './packet-tap.ts';

/** Counters of a device, as `ip -s link` shows them. */
export class NetDeviceStats {
  rxPackets = 0;
  rxBytes = 0;
  rxDropped = 0;
  /** Frames that found the ring full. */
  rxMissed = 0;
  txPackets = 0;
  txBytes = 0;
  txDropped = 0;
}

/** How a frame that a native XDP program had was lost. */
export type XdpLoss = 'dropped' | 'not sent back' | 'redirected nowhere' | 'redirect refused';

/** A network device. Kernel: include/linux/netdevice.h struct net_device. */
export abstract class NetDevice implements Device {
  readonly name: string;
  readonly ifindex: number;
  readonly netns: NetNamespace;
  /** Six bytes. */
  readonly devAddr: Uint8Array;
  /** The same, as two numbers that compare quickly: upper 16 bits, lower 32. */
  readonly macHigh: number;
  readonly macLow: number;
  mtu: number;
  up = true;
  readonly loopback: boolean = false;
  readonly stats = new NetDeviceStats();
  readonly inet: InDevice;
  /** AF_PACKET sockets: everything in and out. */
  readonly taps: FrameTap[] = [];
  xdpNative: ModelProgram | null = null;
  xdpGeneric: ModelProgram | null = null;
  readonly tcIngress: ModelProgram[] = [];
  readonly tcEgress: ModelProgram[] = [];
  /** What takes every packet before the protocols do: a bridge, a macvlan. Kernel: rx_handler. */
  rxHandler: Step | null = null;
  /** Absent for devices that transmit at once (veth, loopback). */
  qdisc: Qdisc | null = null;
  /** ethtool -K gro. */
  gro = true;

  constructor(netns: NetNamespace, name: string, ifindex: number, mac: Uint8Array, mtu: number) {
    this.netns = netns;
    this.name = name;
    this.ifindex = ifindex;
    this.devAddr = mac;
    this.macHigh = be16At(mac, 0);
    this.macLow = be32At(mac, 2);
    this.mtu = mtu;
    this.inet = new InDevice(this);
  }

  /** Kernel: ndo_start_xmit. The step takes the packet, link-layer header in front. */
  abstract readonly startXmit: Step;

  /** The device at the other end of a veth. */
  get peer(): NetDevice | null {
    return null;
  }

  /** Whether the driver runs XDP itself, before there is an skb. */
  abstract readonly nativeXdp: boolean;

  /** Kernel: ndo_xdp_xmit: sends a frame of `bytes` at `address` that never was an skb. Returns whether it could. */
  abstract xdpXmit(address: number, bytes: number, packetId: number): boolean;

  /** Counts a frame that XDP made an end of. Drivers differ; here all of them are dropped on reception. */
  countXdpLoss(why: XdpLoss): void {
    void why;
    this.stats.rxDropped++;
  }

  abstract inject(frame: Uint8Array): void;

  /** Who polls receive queue `queue`; undefined for a device without NAPI of its own. */
  napiOf(queue: number): Napi | undefined {
    void queue;
    return undefined;
  }

  get mac(): string {
    return formatMac(this.devAddr);
  }

  attachXdp(program: ProgramHandle, mode?: 'native' | 'generic'): LinkHandle {
    return attachXdp(this, program, mode);
  }

  attachTc(program: ProgramHandle, direction: 'ingress' | 'egress'): LinkHandle {
    return attachTc(this, program, direction);
  }

  capture(onFrame: (frame: Uint8Array, timeNs: number) => void): { close(): void } {
    const tap: FrameTap = { onFrame };
    this.taps.push(tap);
    return {
      close: () => {
        const at = this.taps.indexOf(tap);
        if (at >= 0) this.taps.splice(at, 1);
      },
    };
  }

  statistics(): DeviceStatistics {
    const { rxPackets, rxBytes, rxDropped, rxMissed, txPackets, txBytes, txDropped } = this.stats;
    return { rxPackets, rxBytes, rxDropped: rxDropped + rxMissed, txPackets, txBytes, txDropped };
  }
}
