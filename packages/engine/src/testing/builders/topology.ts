import { EngineError } from '../../errors.ts';
import type { Device, Host, NetNs } from '../../kernel.ts';
import type { World } from '../world.ts';
import { IP, MAC } from './addresses.ts';

/** Two namespaces of one host, joined by a veth pair: 10.0.0.1 and 10.0.0.2. */
export interface Pair {
  readonly host: Host;
  readonly a: NetNs;
  readonly b: NetNs;
  readonly deviceA: Device;
  readonly deviceB: Device;
}

export function pair({ kernel }: World): Pair {
  const host = kernel.createHost({ name: 'host' });
  const [a, b] = [unhurried(host.createNetns('a')), unhurried(host.createNetns('b'))];
  const [deviceA, deviceB] = a.addVeth('eth0', b, 'eth0', { mac: MAC.a, peerMac: MAC.b });
  a.addAddress(deviceA, `${IP.a}/24`);
  b.addAddress(deviceB, `${IP.b}/24`);
  return { host, a, b, deviceA, deviceB };
}

/** As `pair`, both knowing the other's MAC address: no ARP. */
export function acquainted(world: World): Pair {
  const made = pair(world);
  made.a.addNeighbour(made.deviceA, IP.b, MAC.b);
  made.b.addNeighbour(made.deviceB, IP.a, MAC.a);
  return made;
}

/** One namespace, 10.0.0.2, at a cable whose other end is silent: frames are put in by hand. It knows the stranger. */
export interface Lone {
  readonly host: Host;
  readonly b: NetNs;
  readonly device: Device;
  /** The silent end's namespace and device. */
  readonly wire: NetNs;
  readonly wireEnd: Device;
}

export function lone({ kernel }: World): Lone {
  const host = kernel.createHost({ name: 'host' });
  const [wire, b] = [host.createNetns('wire'), unhurried(host.createNetns('b'))];
  const [wireEnd, device] = wire.addVeth('eth0', b, 'eth0', { mac: MAC.a, peerMac: MAC.b });
  b.addAddress(device, `${IP.b}/24`);
  b.addNeighbour(device, IP.stranger, MAC.stranger);
  return { host, b, device, wire, wireEnd };
}

/** As `lone`, with a second cable on the right, 10.0.1.1, and forwarding on. */
export interface Router extends Lone {
  readonly right: Device;
  readonly rightWire: NetNs;
  readonly rightEnd: Device;
}

export function router(world: World): Router {
  const made = lone(world);
  const { host, b } = made;
  const rightWire = host.createNetns('rightwire');
  const [rightEnd, right] = rightWire.addVeth('eth0', b, 'eth1', { mac: MAC.c, peerMac: MAC.right });
  b.addAddress(right, `${IP.right}/24`);
  b.addNeighbour(right, IP.farStranger, MAC.farStranger);
  b.setSysctl('net.ipv4.ip_forward', '1');
  for (const name of ['all', 'eth0', 'eth1']) b.setSysctl(`net.ipv4.conf.${name}.send_redirects`, '0');
  return { ...made, right, rightWire, rightEnd };
}

/** Two hosts on a segment, 10.9.0.1 and 10.9.0.2, with NICs of the mtu given. */
export function onSegment({ kernel }: World, mtu = 1500): { one: NetNs; two: NetNs; nicOne: Device; nicTwo: Device } {
  const segment = kernel.createSegment('lan');
  const made = ['one', 'two'].map((name, i) => {
    const root = unhurried(kernel.createHost({ name }).root);
    const nic = root.addNic('eth0', segment, { mac: `02:00:00:00:01:0${i}`, mtu });
    root.addAddress(nic, `10.9.0.${i + 1}/24`);
    return { root, nic };
  });
  const [first, second] = made as [{ root: NetNs; nic: Device }, { root: NetNs; nic: Device }];
  return { one: first.root, two: second.root, nicOne: first.nic, nicTwo: second.nic };
}

/** Without ICMP's rate limits, which the model does not have. */
export function unhurried(netns: NetNs): NetNs {
  for (const name of ['net.ipv4.icmp_ratemask', 'net.ipv4.icmp_ratelimit']) {
    try {
      netns.setSysctl(name, '0');
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'ENOENT') throw error;
    }
  }
  return netns;
}
