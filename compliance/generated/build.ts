import type { Device, Kernel, MapHandle, NetNs, UdpSocket } from '@sluice/engine';
import { loadAll, outcome, programOf, unhurried } from '@sluice/engine/testing';
import type { Case, RouteCase, SocketCase } from './case.ts';
import { portOf } from './frame.ts';
import { libraryProgram } from './library.ts';
import { type Plan, type PlannedPort, pick, planOf } from './plan.ts';

/** A case built on a kernel. */
export interface Built {
  readonly plan: Plan;
  readonly nets: readonly NetNs[];
  /** As `plan.ports`. */
  readonly devices: readonly Device[];
  readonly sockets: readonly (UdpSocket | undefined)[];
  /** What each socket got, in order. */
  readonly received: readonly string[][];
  readonly maps: readonly (readonly [name: string, map: MapHandle])[];
  /** What the kernel said to each piece of configuration: `ok` or an errno name. */
  readonly outcomes: readonly string[];
}

/** Settings that cases change, and their largest values; `{}` stands for a device. */
const SETTINGS: readonly (readonly [name: string, max: number])[] = [
  ['net.ipv4.conf.{}.rp_filter', 2],
  ['net.ipv4.conf.all.rp_filter', 2],
  ['net.ipv4.conf.{}.accept_local', 1],
  ['net.ipv4.conf.{}.route_localnet', 1],
  ['net.ipv4.conf.{}.forwarding', 1],
  ['net.ipv4.conf.{}.arp_ignore', 1],
  ['net.ipv4.conf.{}.arp_announce', 2],
  ['net.ipv4.conf.{}.drop_unicast_in_l2_multicast', 1],
  ['net.ipv4.icmp_echo_ignore_all', 1],
  ['net.ipv4.icmp_echo_ignore_broadcasts', 1],
  ['net.ipv4.icmp_errors_use_inbound_ifaddr', 1],
  ['net.ipv4.ip_nonlocal_bind', 1],
];

/** Builds a case. `name` is that of its host. */
export function build(kernel: Kernel, testCase: Case, name: string): Built {
  const plan = planOf(testCase);
  const host = kernel.createHost({ name });
  const nets = testCase.nets.map((_, i) => prepared(host.createNetns(`n${i}`)));
  const outside = host.createNetns('outside');
  const outcomes: string[] = [];
  const attempt = (what: string, act: () => unknown): void => {
    const result = outcome(act);
    if (result !== 'ok') outcomes.push(`${what}: ${result}`);
  };
  const devices = makeDevices(plan, nets, outside);
  configure(plan, nets, devices, testCase, attempt);
  const maps = attachPrograms(plan, devices, testCase, attempt);
  const received: string[][] = [];
  const sockets = testCase.sockets.map((socket, i) => openSocket(plan, nets, socket, i, received, attempt));
  return { plan, nets, devices, sockets, received, maps, outcomes };
}

function prepared(netns: NetNs): NetNs {
  for (const which of ['all', 'default']) netns.setSysctl(`net.ipv4.conf.${which}.send_redirects`, '0');
  return unhurried(netns);
}

function makeDevices(plan: Plan, nets: readonly NetNs[], outside: NetNs): Device[] {
  const devices: Device[] = [];
  plan.ports.forEach((port, i) => {
    const net = nets[port.net];
    if (!net || port.name !== 'edge') return;
    const [device] = net.addVeth('edge', outside, `o${i}`, { mac: port.mac, peerMac: port.peerMac });
    devices[i] = device;
  });
  for (const { left, right } of plan.cables) {
    const [a, b] = [plan.ports[left], plan.ports[right]];
    const [netA, netB] = [a && nets[a.net], b && nets[b.net]];
    if (!a || !b || !netA || !netB) continue;
    [devices[left], devices[right]] = netA.addVeth(a.name, netB, b.name, { mac: a.mac, peerMac: b.mac });
  }
  return devices;
}

type Attempt = (what: string, act: () => unknown) => void;

function configure(
  plan: Plan,
  nets: readonly NetNs[],
  devices: readonly Device[],
  testCase: Case,
  attempt: Attempt,
): void {
  const on = (port: number, act: (net: NetNs, device: Device, planned: PlannedPort) => void): void => {
    const index = port % plan.ports.length;
    const [planned, device] = [plan.ports[index], devices[index]];
    const net = planned && nets[planned.net];
    if (net && device && planned) act(net, device, planned);
  };
  plan.ports.forEach((_, i) => {
    on(i, (net, device, { address, prefixLength }) => net.addAddress(device, `${address}/${prefixLength}`));
  });
  testCase.nets.forEach(({ forward, sysctls }, i) => {
    const net = nets[i];
    if (!net) return;
    net.setSysctl('net.ipv4.ip_forward', forward ? '1' : '0');
    const own = plan.ports.filter((port) => port.net === i);
    for (const { setting, value, port } of sysctls) {
      const [name = '', max = 0] = pick(SETTINGS, setting) ?? [];
      const full = name.replace('{}', pick(own, port)?.name ?? 'edge');
      attempt(`sysctl ${full}`, () => net.setSysctl(full, String(Math.min(value, max))));
    }
  });
  for (const { port, address } of testCase.addresses) {
    on(port, (net, device) => {
      const cidr = `${pick(plan.addresses, address)}/24`;
      if (/^(127|224|255|0)\./.test(cidr)) return;
      attempt(`address ${cidr}`, () => net.addAddress(device, cidr));
    });
  }
  plan.ports.forEach((port, i) => {
    if (port.name === 'edge') on(i, (net, device) => net.addNeighbour(device, port.peerAddress, port.peerMac));
  });
  for (const { left, right, acquainted } of plan.cables) {
    if (!acquainted) continue;
    for (const i of [left, right]) {
      on(i, (net, device, { peerAddress, peerMac }) => net.addNeighbour(device, peerAddress, peerMac));
    }
  }
  if (testCase.connected) connect(plan, on, attempt);
  for (const route of testCase.routes)
    on(route.port, (net, device, port) => addRoute(plan, net, device, port, route, attempt));
}

/** A default route towards the namespace that each was first joined to, and from there back to its edge. */
function connect(
  plan: Plan,
  on: (port: number, act: (net: NetNs, device: Device, planned: PlannedPort) => void) => void,
  attempt: Attempt,
): void {
  const joined = new Set<number>();
  for (const { left, right } of plan.cables) {
    const child = plan.ports[right]?.net ?? 0;
    if (joined.has(child)) continue;
    joined.add(child);
    on(right, (net, device, { peerAddress }) =>
      attempt('default route', () => net.addRoute({ to: '0.0.0.0/0', via: peerAddress, device })),
    );
    on(left, (net, device, { peerAddress }) =>
      attempt('route to edge', () => net.addRoute({ to: `10.${100 + child}.0.0/24`, via: peerAddress, device })),
    );
  }
}

function addRoute(
  plan: Plan,
  net: NetNs,
  device: Device,
  port: PlannedPort,
  { to, via, metric }: RouteCase,
  attempt: Attempt,
): void {
  const gateway = [undefined, port.peerAddress, `${port.subnet}.0.9`, port.address, '192.0.2.9'][via % 5];
  const prefix = pick(plan.prefixes, to) ?? '0.0.0.0/0';
  attempt(`route ${prefix} via ${gateway}`, () =>
    net.addRoute({ to: prefix, device, ...(gateway ? { via: gateway } : {}), ...(metric ? { metric } : {}) }),
  );
}

function attachPrograms(plan: Plan, devices: readonly Device[], testCase: Case, attempt: Attempt) {
  const maps: (readonly [string, MapHandle])[] = [];
  testCase.programs.forEach((program, i) => {
    const index = program.port % plan.ports.length;
    const device = devices[index];
    const net = plan.ports[index]?.net;
    if (!device) return;
    const siblings = devices.filter((_, other) => plan.ports[other]?.net === net).map(({ ifindex }) => ifindex);
    const { spec, maps: specs } = libraryProgram(program, siblings);
    attempt(`program ${i}`, () => {
      const object = loadAll(device.netns.host, [spec], specs);
      const loaded = programOf(object, 'p');
      const { hook } = program;
      if (hook === 'ingress' || hook === 'egress') device.attachTc(loaded, hook);
      else device.attachXdp(loaded, hook);
      for (const [name, map] of object.maps) maps.push([`${i} ${name}`, map]);
    });
  });
  return maps;
}

function openSocket(
  plan: Plan,
  nets: readonly NetNs[],
  { net: netIndex, kind, address: which, port, peer }: SocketCase,
  index: number,
  received: string[][],
  attempt: Attempt,
): UdpSocket | undefined {
  const own = plan.ports.filter((candidate) => candidate.net === netIndex % plan.nets);
  const address = which === 0 ? '0.0.0.0' : (pick(own, which)?.address ?? '0.0.0.0');
  const net = nets[netIndex % plan.nets];
  const got: string[] = [];
  received.push(got);
  if (!net) return undefined;
  if (kind === 'tcp') {
    attempt(`socket ${index}`, () => net.tcpListen(address, portOf(port), () => got.push('accepted')));
    return undefined;
  }
  const socket = net.udpSocket();
  if (outcome(() => socket.bind(address, portOf(port))) !== 'ok') {
    // It would be given a port by chance.
    attempt(`socket ${index}`, () => socket.bind(address, portOf(port)));
    return undefined;
  }
  if (peer !== 0) attempt(`peer of ${index}`, () => socket.connect(pick(plan.addresses, peer) ?? '', 4000));
  socket.onMessage((payload, from) =>
    got.push(`${payload.length} bytes ${checksum(payload)} from ${from.address}:${from.port}`),
  );
  return socket;
}

const checksum = (bytes: Uint8Array): number => bytes.reduce((sum, byte, i) => (sum + byte * (i + 1)) % 65521, 0);
