import { existsSync, writeFileSync } from 'node:fs';
import { EngineError, type NicOptions, type Segment } from '@sluice/engine';
import { listLinks, newLink, readLink, setLink } from '@sluice/netlink';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { NetworkNamespace } from '../netns/network-namespace.ts';
import { PacketSocket } from '../packet/packet-socket.ts';
import type { LinuxDevice } from './linux-device.ts';
import type { LinuxKernel } from './linux-kernel.ts';
import type { LinuxNetNs } from './linux-netns.ts';

/** An Ethernet segment: a bridge in a namespace of its own; a NIC on it is a veth whose other end is a port there. */
export class LinuxSegment implements Segment {
  readonly name: string;
  readonly #kernel: LinuxKernel;
  readonly #namespace: NetworkNamespace;
  readonly #netlink: NetlinkSocket;
  readonly #bridge: number;
  readonly #owned: { close(): void }[] = [];
  #ports = 0;

  constructor(kernel: LinuxKernel, name: string) {
    this.name = name;
    this.#kernel = kernel;
    this.#namespace = NetworkNamespace.create(`segment ${name}`);
    this.#netlink = this.#namespace.run(() => {
      // A segment is a cable: it says nothing of its own.
      for (const which of ['all', 'default']) {
        const path = `/proc/sys/net/ipv6/conf/${which}/disable_ipv6`;
        if (existsSync(path)) writeFileSync(path, '1');
      }
      return new NetlinkSocket();
    });
    this.#netlink.change(newLink({ name: 'br0', kind: { kind: 'bridge', multicastSnooping: false } }));
    this.#bridge = this.#ifindex('br0');
    this.#netlink.change(setLink(this.#bridge, { up: true }));
  }

  /** Makes a NIC for `netns`. Ring sizes are the driver's: a veth has none to set. */
  plug(netns: LinuxNetNs, name: string, options: NicOptions): LinuxDevice {
    const port = `port${++this.#ports}`;
    const peer = { name, netnsFd: netns.namespace.fd, ...(options.mac ? { mac: options.mac } : {}) };
    this.#netlink.change(
      newLink({ name: port, kind: { kind: 'veth', peer }, ...(options.mtu ? { mtu: options.mtu } : {}) }),
    );
    const ifindex = this.#ifindex(port);
    this.#netlink.change(setLink(ifindex, { up: true }));
    const device = netns.adopt(name);
    this.#awaitCarrier(ifindex);
    this.#netlink.change(setLink(ifindex, { master: this.#bridge }));
    if (options.mtu) netns.netlink.change(setLink(device.ifindex, { mtu: options.mtu }));
    let socket: PacketSocket | undefined;
    device.sendTowards = (frame) => {
      socket ??= this.#own(this.#namespace.run(() => new PacketSocket(ifindex, 'inject')));
      socket.send(frame);
    };
    return device;
  }

  capture(onFrame: (frame: Uint8Array, timeNs: number) => void): void {
    const socket = this.#own(this.#namespace.run(() => new PacketSocket(this.#bridge)));
    socket.follow(({ bytes }) => {
      this.#kernel.activity();
      onFrame(bytes, this.#kernel.nowNs());
    });
  }

  close(): void {
    for (const thing of this.#owned.splice(0)) thing.close();
    this.#netlink.close();
    this.#namespace.close();
  }

  #own<T extends { close(): void }>(thing: T): T {
    this.#owned.push(thing);
    return thing;
  }

  /** The kernel notices carrier a little later, and a bridge forwards nothing to a port without it. */
  #awaitCarrier(ifindex: number): void {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let tries = 0; tries < CARRIER_TRIES; tries++) {
      const links = this.#netlink.list(listLinks()).flatMap((message) => readLink(message) ?? []);
      if (links.find((link) => link.ifindex === ifindex)?.operational) return;
      Atomics.wait(pause, 0, 0, CARRIER_PAUSE_MS);
    }
    throw new EngineError(`port ${ifindex} of segment ${this.name}`, 'ENETDOWN', 'no carrier after two seconds');
  }

  #ifindex(name: string): number {
    const links = this.#netlink.list(listLinks()).flatMap((message) => readLink(message) ?? []);
    return links.find((link) => link.name === name)?.ifindex ?? 0;
  }
}

const CARRIER_TRIES = 1000;
const CARRIER_PAUSE_MS = 2;
