import type { Case } from './case.ts';

/** A device that a case makes. */
export interface PlannedPort {
  readonly net: number;
  readonly name: string;
  readonly mac: string;
  /** First two bytes, then `.0.x`: `10.3` for the third cable. */
  readonly subnet: string;
  readonly address: string;
  readonly prefixLength: number;
  /** The address at the other end of the cable, or of somebody outside. */
  readonly peerAddress: string;
  readonly peerMac: string;
}

export interface PlannedCable {
  readonly left: number;
  readonly right: number;
  readonly acquainted: boolean;
}

/** What the indexes of a case count. */
export interface Plan {
  readonly nets: number;
  readonly ports: readonly PlannedPort[];
  /** Ports of each cable, as indexes into `ports`. */
  readonly cables: readonly PlannedCable[];
  /** Addresses that packets are sent from and to. */
  readonly addresses: readonly string[];
  /** Prefixes that routes lead to. */
  readonly prefixes: readonly string[];
}

const PREFIX_LENGTHS = [24, 24, 24, 30, 16, 31, 32, 8];
const two = (n: number): string => n.toString(16).padStart(2, '0');

/** The devices, addresses and prefixes of a case. */
export function planOf({ nets, cables }: Case): Plan {
  const ports: PlannedPort[] = nets.map((_, net) => ({
    net,
    name: 'edge',
    mac: `02:00:00:00:e0:${two(net)}`,
    subnet: `10.${100 + net}`,
    address: `10.${100 + net}.0.1`,
    prefixLength: 24,
    peerAddress: `10.${100 + net}.0.9`,
    peerMac: `02:00:00:00:e9:${two(net)}`,
  }));
  const planned: PlannedCable[] = cables.map((cable, i) => {
    const right = 1 + (cable.right % (nets.length - 1));
    const left = cable.left % right;
    const prefixLength = PREFIX_LENGTHS[cable.prefix % PREFIX_LENGTHS.length] ?? 24;
    const subnet = `10.${i}`;
    const end = (net: number, host: number, side: string) => ({
      net,
      name: `c${i}${side}`,
      mac: `02:00:00:00:c${i}:0${host}`,
      subnet,
      address: `${subnet}.0.${host}`,
      prefixLength,
      peerAddress: `${subnet}.0.${3 - host}`,
      peerMac: `02:00:00:00:c${i}:0${3 - host}`,
    });
    ports.push(end(left, 1, 'l'), end(right, 2, 'r'));
    return { left: ports.length - 2, right: ports.length - 1, acquainted: cable.acquainted };
  });
  return { nets: nets.length, ports, cables: planned, ...targets(ports) };
}

function targets(ports: readonly PlannedPort[]): Pick<Plan, 'addresses' | 'prefixes'> {
  const own = ports.map((port) => port.address);
  const outside = ports.filter((port) => port.name === 'edge').map((port) => port.peerAddress);
  const odd = ports.flatMap(({ subnet }) => [`${subnet}.0.77`, `${subnet}.0.255`]);
  const rest = ['192.0.2.1', '127.0.0.1', '255.255.255.255', '224.0.0.5', '0.0.0.0', '10.99.0.1'];
  const subnets = ports.map(({ subnet }) => `${subnet}.0.0/24`);
  const hosts = [...own, ...outside].map((address) => `${address}/32`);
  return {
    // Those that lead somewhere stand twice.
    addresses: [...own, ...outside, ...own, ...outside, ...odd, ...rest],
    prefixes: [...subnets, '0.0.0.0/0', '10.0.0.0/8', '192.0.2.0/24', '10.0.0.0/12', ...hosts],
  };
}

/** The element that an index means; undefined where there is none. */
export const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length];
