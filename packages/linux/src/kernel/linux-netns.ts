import { readFileSync, writeFileSync } from 'node:fs';
import type { NetNs, NicOptions, Route, TcpConnection, TcpListener, UdpSocket } from '@sluice/engine';
import { EngineError } from '@sluice/engine';
import {
  type Link,
  listLinks,
  newAddress,
  newLink,
  newNeighbour,
  newRoute,
  RT_SCOPE,
  RT_TABLE,
  RTPROT_STATIC,
  readLink,
  setLink,
} from '@sluice/netlink';
import { ETH_HLEN, parseIpv4, parseIpv4Prefix } from '@sluice/wire';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { NetworkNamespace } from '../netns/network-namespace.ts';
import { PacketSocket } from '../packet/packet-socket.ts';
import { connectTcp, listenTcp } from '../socket/tcp.ts';
import { LinuxUdpSocket } from '../socket/udp.ts';
import { LinuxDevice } from './linux-device.ts';
import type { LinuxHost } from './linux-host.ts';
import type { LinuxSegment } from './linux-segment.ts';

/** A network namespace of our own on the running kernel. */
export class LinuxNetNs implements NetNs {
  readonly name: string;
  readonly host: LinuxHost;
  readonly namespace: NetworkNamespace;
  readonly netlink: NetlinkSocket;
  readonly #devices = new Map<string, LinuxDevice>();
  readonly #owned: { close(): void }[] = [];

  constructor(host: LinuxHost, name: string) {
    this.host = host;
    this.name = name;
    this.namespace = NetworkNamespace.create(`${host.name}/${name}`);
    this.netlink = this.inside(() => new NetlinkSocket());
    // Nobody asked for IPv6; its discovery would stand in every capture.
    this.setSysctl('net.ipv6.conf.all.disable_ipv6', '1');
    this.setSysctl('net.ipv6.conf.default.disable_ipv6', '1');
    this.#up(this.#adopt('lo'));
  }

  /** Does a synchronous section in this namespace. */
  inside<T>(section: () => T): T {
    return this.namespace.run(section);
  }

  /** Closes it together with the namespace. */
  owns<T extends { close(): void }>(thing: T): T {
    this.#owned.push(thing);
    return thing;
  }

  links(): Link[] {
    return this.netlink.list(listLinks()).flatMap((message) => readLink(message) ?? []);
  }

  addNic(name: string, segment: LinuxSegment, options: NicOptions = {}): LinuxDevice {
    const device = segment.plug(this, name, options);
    return device;
  }

  addVeth(
    name: string,
    peer: NetNs,
    peerName: string,
    options: { mac?: string; peerMac?: string } = {},
  ): [LinuxDevice, LinuxDevice] {
    const other = asLinux(peer);
    const kind = {
      kind: 'veth',
      peer: { name: peerName, netnsFd: other.namespace.fd, ...(options.peerMac ? { mac: options.peerMac } : {}) },
    } as const;
    this.netlink.change(newLink({ name, kind, ...(options.mac ? { mac: options.mac } : {}) }));
    const ends: [LinuxDevice, LinuxDevice] = [this.#adopt(name), other.#adopt(peerName)];
    this.#up(ends[0]);
    other.#up(ends[1]);
    this.awaitCarrier(ends[0].ifindex);
    ends[0].sendTowards = senderOn(ends[1], ends[0]);
    ends[1].sendTowards = senderOn(ends[0], ends[1]);
    return ends;
  }

  device(name: string): LinuxDevice | undefined {
    return this.#devices.get(name);
  }

  addAddress(device: LinuxDevice, cidr: string): void {
    const prefix = parseIpv4Prefix(cidr);
    if (!prefix) throw new EngineError('add address', 'EINVAL', `'${cidr}' is not an address with a prefix length`);
    this.netlink.change(
      newAddress({ ifindex: device.ifindex, address: prefix.address, prefixLength: prefix.length, scope: 0 }),
    );
  }

  addRoute({ to, via, device, scope, source, metric, type = 'unicast' }: Route): void {
    const prefix = parseIpv4Prefix(to);
    if (!prefix) throw new EngineError('add route', 'EINVAL', `'${to}' is not a prefix`);
    const gateway = via === undefined ? undefined : parseIpv4(via);
    const preferred = source === undefined ? undefined : parseIpv4(source);
    this.netlink.change(
      newRoute({
        destination: prefix.address,
        prefixLength: prefix.length,
        type,
        table: RT_TABLE.main,
        scope: RT_SCOPE[scope ?? (via === undefined && type === 'unicast' ? 'link' : 'global')],
        protocol: RTPROT_STATIC,
        ...(device === undefined ? {} : { ifindex: (device as LinuxDevice).ifindex }),
        ...(gateway === undefined ? {} : { gateway }),
        ...(preferred === undefined ? {} : { source: preferred }),
        ...(metric === undefined ? {} : { metric }),
      }),
    );
  }

  addNeighbour(device: LinuxDevice, ip: string, mac: string): void {
    const address = parseIpv4(ip);
    if (address === undefined) throw new EngineError('add neighbour', 'EINVAL', `'${ip}' is not an address`);
    this.netlink.change(newNeighbour({ ifindex: device.ifindex, ip: address, mac, state: 'permanent' }));
  }

  setSysctl(name: string, value: string): void {
    this.#sysctl(name, (path) => writeFileSync(path, value));
  }

  sysctl(name: string): string {
    return this.#sysctl(name, (path) => readFileSync(path, 'utf8').trim());
  }

  udpSocket(): UdpSocket {
    const socket = this.host.inCgroup(() => this.inside(() => new LinuxUdpSocket(this.host.kernel.activity)));
    return this.owns(socket);
  }

  tcpListen(address: string, port: number, onConnection: (connection: TcpConnection) => void): TcpListener {
    const { activity } = this.host.kernel;
    return this.owns(this.host.inCgroup(() => this.inside(() => listenTcp({ address, port }, onConnection, activity))));
  }

  tcpConnect(address: string, port: number, options: { sourcePort?: number } = {}): TcpConnection {
    const { activity } = this.host.kernel;
    activity();
    const connect = () => connectTcp({ address, port }, options.sourcePort, activity);
    const connection = this.host.inCgroup(() => this.inside(connect));
    this.owns({ close: () => connection.abort() });
    return connection;
  }

  /** The kernel notices carrier a little later, and a device sends nothing without it. Throws EngineError ENETDOWN. */
  awaitCarrier(ifindex: number): void {
    for (let tries = 0; tries < CARRIER_TRIES; tries++) {
      if (this.links().find((link) => link.ifindex === ifindex)?.operational) return;
      Atomics.wait(PAUSE, 0, 0, CARRIER_PAUSE_MS);
    }
    throw new EngineError(`device ${ifindex} of ${this.name}`, 'ENETDOWN', 'no carrier after two seconds');
  }

  /** Brings a device that was just made under our name. */
  adopt(name: string): LinuxDevice {
    const device = this.#adopt(name);
    this.#up(device);
    return device;
  }

  close(): void {
    for (const thing of this.#owned.splice(0).reverse()) thing.close();
    this.netlink.close();
    this.namespace.close();
  }

  #adopt(name: string): LinuxDevice {
    const link = this.links().find((candidate) => candidate.name === name);
    if (!link) throw new EngineError(`device ${name}`, 'ENODEV', 'it was made and is not there');
    const device = new LinuxDevice(this, link);
    this.#devices.set(name, device);
    return device;
  }

  #up(device: LinuxDevice): void {
    this.netlink.change(setLink(device.ifindex, { up: true }));
  }

  #sysctl<T>(name: string, act: (path: string) => T): T {
    try {
      return this.inside(() => act(`/proc/sys/${name.replaceAll('.', '/')}`));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new EngineError(`sysctl ${name}`, code ?? 'EIO', message);
    }
  }
}

/** Sends out of one end of a pair what the other end is to receive. */
function senderOn(device: LinuxDevice, receiver: LinuxDevice): (frame: Uint8Array) => void {
  let socket: PacketSocket | undefined;
  return (frame) => {
    socket ??= device.netns.owns(device.netns.inside(() => new PacketSocket(device.ifindex, 'inject')));
    socket.send(frame);
    device.countInjected(receiver.hasNativeXdp ? frame.length - ETH_HLEN : frame.length);
  };
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
const CARRIER_TRIES = 2000;
const CARRIER_PAUSE_MS = 1;

function asLinux(netns: NetNs): LinuxNetNs {
  if (netns instanceof LinuxNetNs) return netns;
  throw new EngineError('veth pair', 'EINVAL', `namespace ${netns.name} is not one of this kernel's`);
}
