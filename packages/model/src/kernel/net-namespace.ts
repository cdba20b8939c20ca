import {
  type Device,
  EngineError,
  type NetNs,
  type NicOptions,
  type Route,
  type Segment as SegmentContract,
  type TcpConnection,
  type TcpListener,
} from '@sluice/engine';
import { formatIpv4, ipDestination, ipv4Mask, ipv4Network } from '@sluice/wire';
import { CgroupPrograms } from '../bpf/cgroup.ts';
import { cgroupSockCreate } from '../bpf/cgroup-sock.ts';
import type { NetDevice } from '../core/net-device.ts';
import { Loopback } from '../drivers/loopback.ts';
import { Nic } from '../drivers/nic.ts';
import { Segment } from '../drivers/segment.ts';
import { Veth } from '../drivers/veth.ts';
import type { Dst } from '../ipv4/dst.ts';
import { Fib } from '../ipv4/fib/fib.ts';
import { type FibAlias, RT_TABLE_LOCAL, RT_TABLE_MAIN } from '../ipv4/fib/fib-alias.ts';
import type { FibRule } from '../ipv4/fib/fib-rules.ts';
import type { FragQueue } from '../ipv4/frag-queue.ts';
import { inetBind } from '../ipv4/inet-bind.ts';
import type { InetPeer } from '../ipv4/inet-peer.ts';
import { neighLookup } from '../ipv4/neighbour/neigh-lookup.ts';
import { neighUpdate } from '../ipv4/neighbour/neigh-update.ts';
import type { EchoReply } from '../ipv4/ping-rcv.ts';
import { RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_UNIVERSE } from '../ipv4/scopes.ts';
import { TcpListenSock } from '../ipv4/tcp/tcp-listen-sock.ts';
import type { TcpSock } from '../ipv4/tcp/tcp-sock.ts';
import { TcpTable } from '../ipv4/tcp/tcp-table.ts';
import { tcpV4Connect } from '../ipv4/tcp/tcp-v4-connect.ts';
import { UdpSock } from '../ipv4/udp/udp-sock.ts';
import { NfHooks } from '../netfilter/hooks.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { EventPoll } from '../socket/event-poll.ts';
import type { Step } from '../step.ts';
import { XfrmPolicyDatabase } from '../xfrm/policy-database.ts';
import { addressArgument, macArgument, prefixArgument } from './arguments.ts';
import type { ModelHost } from './host.ts';
import { Sysctls } from './sysctls.ts';

/** A route with what the model knows beyond the contract: its type and its table. */
export interface ModelRoute extends Omit<Route, 'type'> {
  readonly type?: FibAlias['type'];
  /** Default 254, main. */
  readonly table?: number;
}

/** A network namespace: its devices, addresses, routes, hooks and sockets. Kernel: struct net. */
export class NetNamespace implements NetNs {
  readonly name: string;
  readonly host: ModelHost;
  readonly cookie: number;
  readonly sysctls = new Sysctls();
  readonly devices = new Map<number, NetDevice>();
  readonly fib = new Fib();
  readonly hooks = new NfHooks();
  readonly xfrm = new XfrmPolicyDatabase();
  readonly cgroup = new CgroupPrograms();
  readonly poll: EventPoll;
  /** UDP sockets by local port. */
  readonly udp = new Map<number, UdpSock[]>();
  readonly tcp = new TcpTable();
  /** Hosts that ICMP errors were sent to, by address as a signed number. */
  readonly peers = new Map<number, InetPeer>();
  /** Datagrams of which not all fragments have come. */
  readonly fragments = new Map<string, FragQueue>();
  /** Who waits for echo replies, by identifier. */
  readonly pingSockets = new Map<number, (reply: EchoReply) => void>();
  readonly loopback: NetDevice;
  readonly #localAddresses = new Map<number, NetDevice>();
  readonly #errorDsts = new Map<string, Dst>();
  #lastIfindex = 1;
  #ipId: number;

  constructor(host: ModelHost, name: string) {
    this.host = host;
    this.name = name;
    this.cookie = host.namespaces.length + 1;
    this.poll = new EventPoll(host);
    this.#ipId = host.machine.random.u32() & 0xffff;
    this.loopback = new Loopback(this);
    this.devices.set(this.loopback.ifindex, this.loopback);
    this.addAddress(this.loopback, '127.0.0.1/8');
  }

  addNic(name: string, segment: SegmentContract, options: NicOptions = {}): Nic {
    if (!(segment instanceof Segment)) throw new EngineError(`add ${name}`, 'EINVAL', 'not a segment of this kernel');
    this.#unused(name);
    const mac = this.#mac(options.mac);
    const nic = new Nic(this, name, ++this.#lastIfindex, mac, segment, options);
    this.devices.set(nic.ifindex, nic);
    return nic;
  }

  addVeth(name: string, peer: NetNs, peerName: string, options: { mac?: string; peerMac?: string } = {}): [Veth, Veth] {
    const other = peer as NetNamespace;
    this.#unused(name);
    other.#unused(peerName);
    const a = new Veth(this, name, ++this.#lastIfindex, this.#mac(options.mac));
    this.devices.set(a.ifindex, a);
    const b = new Veth(other, peerName, ++other.#lastIfindex, this.#mac(options.peerMac));
    other.devices.set(b.ifindex, b);
    Veth.connect(a, b);
    return [a, b];
  }

  device(name: string): NetDevice | undefined {
    for (const dev of this.devices.values()) if (dev.name === name) return dev;
    return undefined;
  }

  deviceByIndex(ifindex: number): NetDevice | undefined {
    return this.devices.get(ifindex);
  }

  /** The address, and the routes that come with it. Kernel: net/ipv4/fib_frontend.c fib_add_ifaddr(). */
  addAddress(device: Device, cidr: string): void {
    const dev = device as NetDevice;
    const { address, length } = prefixArgument(`address on ${dev.name}`, cidr);
    if (dev.inet.addresses.some((a) => a.local === address && a.prefixLength === length)) {
      throw new EngineError(`add ${cidr} to ${dev.name}`, 'EEXIST', 'the address is assigned already');
    }
    const prefix = ipv4Network(address, length);
    const secondary = dev.inet.addresses.some(
      (a) => a.prefixLength === length && ipv4Network(a.local, length) === prefix,
    );
    dev.inet.addresses.push({
      local: address,
      prefixLength: length,
      scope: dev.loopback ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE,
    });
    this.#localAddresses.set(address | 0, dev);
    this.#magic(dev, 'local', address, 32, address, RT_TABLE_LOCAL, RT_SCOPE_HOST);
    if (prefix === 0 || secondary || (prefix === address && length === 32)) return;
    if (dev.loopback) this.#magic(dev, 'local', prefix, length, address, RT_TABLE_LOCAL, RT_SCOPE_HOST);
    else this.#magic(dev, 'unicast', prefix, length, address, RT_TABLE_MAIN, RT_SCOPE_LINK);
    if (length < 31) {
      const broadcast = (prefix | ~ipv4Mask(length)) >>> 0;
      this.#magic(dev, 'broadcast', broadcast, 32, address, RT_TABLE_LOCAL, RT_SCOPE_LINK);
    }
  }

  addRoute(route: ModelRoute): void {
    const { address, length } = prefixArgument('route', route.to);
    const gateway = route.via === undefined ? 0 : addressArgument(`route ${route.to} via`, route.via);
    if (ipv4Network(address, length) !== address)
      throw new EngineError(`add route ${route.to}`, 'EINVAL', 'bits beyond the prefix');
    const dev = route.device as NetDevice | undefined;
    const place = gateway === 0 || dev === undefined ? 'link' : this.fib.gatewayPlace(gateway, dev.ifindex);
    if (place === undefined) {
      throw new EngineError(`add route ${route.to}`, 'ENETUNREACH', `${route.via} is not on the link of ${dev?.name}`);
    }
    const type = route.type ?? 'unicast';
    if (type === 'unicast' && dev === undefined)
      throw new EngineError(`add route ${route.to}`, 'EINVAL', 'a unicast route needs a device');
    const table = route.table ?? RT_TABLE_MAIN;
    const scopes = { global: RT_SCOPE_UNIVERSE, link: RT_SCOPE_LINK, host: RT_SCOPE_HOST } as const;
    const scope = route.scope
      ? scopes[route.scope]
      : gateway === 0 && type === 'unicast'
        ? RT_SCOPE_LINK
        : type === 'local'
          ? RT_SCOPE_HOST
          : RT_SCOPE_UNIVERSE;
    const source = route.source === undefined ? 0 : addressArgument(`route ${route.to} src`, route.source);
    const added = this.fib.table(table).insert({
      prefix: ipv4Network(address, length),
      length,
      type,
      scope,
      metric: route.metric ?? 0,
      table,
      dev,
      gateway: place === 'self' ? 0 : gateway,
      via: gateway,
      source,
      input: null,
      output: null,
    });
    if (!added) throw new EngineError(`add route ${route.to}`, 'EEXIST', 'the route is there already');
  }

  /** Removes the routes to a prefix from a table (default main). Returns how many there were. */
  removeRoute(to: string, table = RT_TABLE_MAIN): number {
    const { address, length } = prefixArgument('route', to);
    const prefix = ipv4Network(address, length);
    return this.fib.table(table).remove((r) => r.prefix === prefix && r.length === length);
  }

  addRule(rule: FibRule): void {
    this.fib.addRule(rule);
  }

  addNeighbour(device: Device, ip: string, mac: string): void {
    const neighbour = neighLookup(device as NetDevice, addressArgument('neighbour', ip));
    neighUpdate(neighbour, macArgument('neighbour', mac), 0, 'permanent');
  }

  setSysctl(name: string, value: string): void {
    const error = this.sysctls.set(name, value);
    if (error === 'ENOENT') throw new EngineError(`sysctl ${name}`, error, 'the model has no such setting');
    if (error === 'EOPNOTSUPP')
      throw new EngineError(`sysctl ${name}=${value}`, error, 'the model honours only 0 there');
    if (error) throw new EngineError(`sysctl ${name}=${value}`, error, 'the value is out of range');
  }

  sysctl(name: string): string {
    const value = this.sysctls.get(name);
    if (value === undefined) throw new EngineError(`sysctl ${name}`, 'ENOENT', 'the model has no such setting');
    return value;
  }

  udpSocket(): UdpSock {
    const sock = new UdpSock(this);
    cgroupSockCreate(sock);
    return sock;
  }

  tcpListen(address: string, port: number, onConnection: (connection: TcpConnection) => void): TcpListener {
    const sock = new TcpListenSock(this, onConnection);
    cgroupSockCreate(sock);
    const error = inetBind(sock, addressArgument('listen', address), port, this.tcp.listeners);
    if (error !== undefined) throw new EngineError(`listen ${address}:${port}`, error, 'the address cannot be had');
    return sock;
  }

  tcpConnect(address: string, port: number, options: { sourcePort?: number } = {}): TcpSock {
    return tcpV4Connect(this, addressArgument('connect', address), port, options.sourcePort ?? 0);
  }

  isLocalAddress(address: number): boolean {
    return this.#localAddresses.has(address | 0) || (address >>> 24 === 127 && this.loopback.up);
  }

  isBroadcast(address: number): boolean {
    return address === 0xffffffff || this.fib.table(RT_TABLE_LOCAL).lookup(address, 0)?.type === 'broadcast';
  }

  deviceOfAddress(address: number): NetDevice | undefined {
    return this.#localAddresses.get(address | 0);
  }

  nextIpId(): number {
    this.#ipId = (this.#ipId + 1) & 0xffff;
    return this.#ipId;
  }

  /** The route of packets that no route takes, one per error and device. */
  errorDst(dev: NetDevice, error: NonNullable<Dst['error']>, input: Step): Dst {
    const key = `${error} ${dev.ifindex}`;
    let dst = this.#errorDsts.get(key);
    if (!dst) {
      dst = { type: 'unreachable', dev, gateway: 0, input, error, group: false, alias: undefined };
      this.#errorDsts.set(key, dst);
    }
    return dst;
  }

  noRouteText(skb: SkBuff): string {
    const destination = formatIpv4(ipDestination(skb.bytes, skb.networkHeader));
    return skb.dev.inet.conf.forwarding === 0
      ? `${destination} is no address of ${this.name || this.host.name}, and net.ipv4.ip_forward is 0`
      : `${this.name || this.host.name} has no route to ${destination}`;
  }

  #magic(
    dev: NetDevice,
    type: FibAlias['type'],
    prefix: number,
    length: number,
    source: number,
    table: number,
    scope: number,
  ): void {
    const route: FibAlias = {
      prefix,
      length,
      type,
      scope,
      metric: 0,
      table,
      dev,
      gateway: 0,
      via: 0,
      source,
      input: null,
      output: null,
    };
    this.fib.table(table).append(route);
  }

  #unused(name: string): void {
    if (this.device(name)) throw new EngineError(`add ${name}`, 'EEXIST', 'the namespace has a device of that name');
  }

  /** The MAC that was asked for, or a locally administered one that no other device of the model has. */
  #mac(text: string | undefined): Uint8Array {
    if (text !== undefined) return macArgument('device', text);
    const n = ++this.host.machine.lastMac;
    return Uint8Array.of(0x02, 0x53, 0x4c, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
  }
}
