/**
 * A generated case as plain data: a topology, its configuration, programs, sockets, and what is sent. Indexes count
 * modulo what there is, so that every number means something and a case can be shrunk field by field.
 *
 * Each namespace has an edge, a cable to an outside that is silent: frames come in there. Cables join namespaces. A
 * *port* is a device of one of the namespaces: the edges first, then both ends of each cable in turn.
 */
export interface Case {
  readonly nets: readonly NetCase[];
  readonly cables: readonly CableCase[];
  /** Routes that lead from everywhere to everywhere, along the first cables. */
  readonly connected: boolean;
  readonly routes: readonly RouteCase[];
  readonly addresses: readonly AddressCase[];
  readonly programs: readonly ProgramCase[];
  readonly sockets: readonly SocketCase[];
  readonly steps: readonly StepCase[];
}

export interface NetCase {
  readonly forward: boolean;
  readonly sysctls: readonly { readonly setting: number; readonly value: number; readonly port: number }[];
}

/** Joins namespace `right` + 1 (modulo) to an earlier one. */
export interface CableCase {
  readonly left: number;
  readonly right: number;
  /** Index into the prefix lengths. */
  readonly prefix: number;
  /** Both ends know each other's MAC address. */
  readonly acquainted: boolean;
}

export interface RouteCase {
  readonly port: number;
  readonly to: number;
  /** Index into the gateways on the port's link; 0 is none. */
  readonly via: number;
  readonly metric: number;
}

export interface AddressCase {
  readonly port: number;
  readonly address: number;
}

export interface ProgramCase {
  readonly port: number;
  readonly hook: 'native' | 'generic' | 'ingress' | 'egress';
  readonly program: number;
  readonly argument: number;
}

export interface SocketCase {
  readonly net: number;
  readonly kind: 'udp' | 'tcp';
  /** 0 is any address, else the address of a port of the namespace. */
  readonly address: number;
  readonly port: number;
  /** A UDP socket is connected to this address, where it is not 0. */
  readonly peer: number;
}

export type StepCase =
  | { readonly kind: 'frame'; readonly port: number; readonly frame: FrameCase }
  | { readonly kind: 'fragments'; readonly port: number; readonly frame: FrameCase; readonly cuts: readonly CutCase[] }
  | { readonly kind: 'arp'; readonly port: number; readonly arp: ArpCase }
  | {
      readonly kind: 'send';
      readonly socket: number;
      readonly to: number;
      readonly port: number;
      readonly length: number;
    };

/** A fragment: eight-byte units of the datagram. */
export interface CutCase {
  readonly from: number;
  readonly length: number;
}

export interface FrameCase {
  readonly protocol: 'udp' | 'tcp' | 'echo' | 'error' | 'other';
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly ttl: number;
  readonly tos: number;
  readonly flags: number;
  readonly df: boolean;
  readonly length: number;
  readonly mac: 'right' | 'right2' | 'wrong' | 'broadcast' | 'multicast';
  readonly padding: number;
  /** A byte that is changed, in the IP header or behind it; with `mend` the IP checksum is made right again. */
  readonly broken: { readonly at: number; readonly xor: number; readonly mend: boolean } | undefined;
}

export interface ArpCase {
  readonly request: boolean;
  readonly sender: number;
  readonly target: number;
  readonly mac: number;
  readonly direct: boolean;
}
