import type { BpfKernel, ProgramHandle } from './bpf.ts';

/**
 * The networking half of the contract: hosts, their network namespaces, devices, addresses, routes, hooks, sockets.
 *
 * Addresses are text here (`10.0.1.5`, `10.0.1.0/24`, `02:00:00:00:00:01`): this is the control path, and text is what
 * `ip` and people use. Changing configuration is synchronous; packets move when `settle` is awaited.
 */
export interface Kernel {
  readonly kind: 'model' | 'linux';
  createHost(options: HostOptions): Host;
  /** An Ethernet segment: what one device sends, all other devices on it may receive. */
  createSegment(name: string): Segment;
  /** Lets everything that can happen now happen: resolves when no packet and no process has work left. */
  settle(): Promise<void>;
}

export interface HostOptions {
  readonly name: string;
  /** Default 2. */
  readonly cpus?: number;
}

export interface Host {
  readonly name: string;
  readonly bpf: BpfKernel;
  /** The host's own namespace. */
  readonly root: NetNs;
  createNetns(name: string): NetNs;
  /** Attaches a cgroup program (`cgroup/connect4`, …) for all processes of the namespaces given (default: all). */
  attachCgroup(program: ProgramHandle, scope?: readonly NetNs[]): LinkHandle;
}

export interface NetNs {
  readonly name: string;
  readonly host: Host;
  /** A NIC with RX/TX rings (a TAP or veth stands in for it on Linux). */
  addNic(name: string, segment: Segment, options?: NicOptions): Device;
  /** A veth pair, one end here, the other in `peer`. */
  addVeth(name: string, peer: NetNs, peerName: string, options?: { mac?: string; peerMac?: string }): [Device, Device];
  device(name: string): Device | undefined;
  addAddress(device: Device, cidr: string): void;
  addRoute(route: Route): void;
  addNeighbour(device: Device, ip: string, mac: string): void;
  /** `net.ipv4.ip_forward` and the like; throws EngineError ENOENT for one the kernel does not have. */
  setSysctl(name: string, value: string): void;
  sysctl(name: string): string;
  udpSocket(): UdpSocket;
  tcpListen(address: string, port: number, onConnection: (connection: TcpConnection) => void): TcpListener;
  tcpConnect(address: string, port: number, options?: { sourcePort?: number }): TcpConnection;
}

export interface NicOptions {
  readonly mac?: string;
  readonly mtu?: number;
  readonly rxRing?: number;
  readonly txRing?: number;
  readonly rxQueues?: number;
}

export interface Route {
  /** `0.0.0.0/0` is the default route. */
  readonly to: string;
  readonly via?: string;
  /** Needed by every route that leads somewhere: absent only where `type` says that it does not. */
  readonly device?: Device;
  /** Default unicast. The others lead nowhere: dropped in silence, or refused as unreachable or as prohibited. */
  readonly type?: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';
  readonly scope?: 'global' | 'link' | 'host';
  readonly source?: string;
  readonly metric?: number;
}

export interface Segment {
  readonly name: string;
  /** Every frame that crosses the segment. */
  capture(onFrame: (frame: Uint8Array, timeNs: number) => void): void;
}

export interface Device {
  readonly name: string;
  readonly ifindex: number;
  readonly mac: string;
  readonly netns: NetNs;
  attachXdp(program: ProgramHandle, mode?: 'native' | 'generic'): LinkHandle;
  attachTc(program: ProgramHandle, direction: 'ingress' | 'egress'): LinkHandle;
  /** Frames as tcpdump would see them. */
  capture(onFrame: (frame: Uint8Array, timeNs: number) => void): { close(): void };
  /** Puts a frame into the device's receive side, as if it had come over the wire. */
  inject(frame: Uint8Array): void;
  statistics(): DeviceStatistics;
}

export interface DeviceStatistics {
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly rxDropped: number;
  readonly txPackets: number;
  readonly txBytes: number;
  readonly txDropped: number;
}

export interface LinkHandle {
  /** Atomic: no packet meets no program. */
  replace(program: ProgramHandle): void;
  detach(): void;
}

export interface UdpSocket {
  bind(address: string, port: number): void;
  connect(address: string, port: number): void;
  /** Without a destination, to the connected peer. Returns an errno name where the kernel refused. */
  send(payload: Uint8Array, to?: { address: string; port: number }): string | undefined;
  onMessage(handler: (payload: Uint8Array, from: { address: string; port: number }) => void): void;
  /** As getpeername(2): what the process believes it talks to. */
  peer(): { address: string; port: number } | undefined;
  local(): { address: string; port: number };
  close(): void;
}

export interface TcpListener {
  close(): void;
}

export interface TcpConnection {
  readonly state: string;
  send(payload: Uint8Array): void;
  onData(handler: (payload: Uint8Array) => void): void;
  onEstablished(handler: () => void): void;
  /** `reason` is an errno name: ECONNREFUSED, ETIMEDOUT, ECONNRESET, EHOSTUNREACH, EPERM; undefined after a clean end. */
  onClose(handler: (reason: string | undefined) => void): void;
  peer(): { address: string; port: number };
  local(): { address: string; port: number };
  close(): void;
}
