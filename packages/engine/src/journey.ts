/**
 * The Journey: what both kernels tell of packets, and what every surface shows.
 *
 * Read first: `Journey` → `PacketTrace` → `Step`. A journey answers one question ("what happens to this packet, and to
 * its reply?"); a packet trace follows one packet from birth to its end across nodes, namespaces and devices; a step is
 * one kernel function or one BPF program that saw it.
 */

/** Where in the stack a step stands. `wire` is the medium between hosts, `process` is user space. */
export type Layer =
  | 'process'
  | 'cgroup'
  | 'socket'
  | 'tcp'
  | 'udp'
  | 'icmp'
  | 'ip'
  | 'route'
  | 'xfrm'
  | 'netfilter'
  | 'neighbour'
  | 'tc'
  | 'qdisc'
  | 'driver'
  | 'wire'
  | 'irq'
  | 'napi'
  | 'xdp'
  | 'gro'
  | 'core'
  | 'tap'
  | 'bridge'
  | 'tunnel';

/** What a step did with the packet. */
export type StepVerdict =
  | 'next' // it goes on to the following step
  | 'queued' // it waits (ring, backlog, socket queue) for a later step
  | 'redirect' // it continues on another device
  | 'stolen' // the step keeps it, or answered it itself
  | 'delivered' // it reached its process
  | 'drop' // it ends here; `reason` says why
  | 'reject' // it ends here and the sender is told (ICMP error, RST)
  | 'undecidable'; // a fact is missing; `because` names it

/**
 * The object behind a verdict, as exactly as known: the policy, rule, route or map entry. `text` is a clause for people
 * that reads after "because" (lower case, no full stop).
 */
export interface Because {
  readonly kind: BecauseKind;
  readonly text: string;
  /** The Kubernetes object: `NetworkPolicy shop/db-only-api`. */
  readonly object?: ObjectRef;
  /** The map entry that decided, with its map's name and a decoded key and value. */
  readonly entry?: { readonly map: string; readonly key: string; readonly value: string };
  /** For `missing-fact`: what one would have to know. */
  readonly missing?: string;
}

export type BecauseKind =
  | 'policy'
  | 'no-policy-rule'
  | 'default-allow'
  | 'service'
  | 'conntrack'
  | 'identity'
  | 'endpoint'
  | 'route'
  | 'neighbour'
  | 'socket'
  | 'rule'
  | 'program'
  | 'protocol'
  | 'configuration'
  | 'limit'
  | 'missing-fact';

/** A Kubernetes object and where it was written. `line` counts from 1. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** A path inside the object, as `spec.ingress[0].from[1]`. */
  readonly path?: string;
  readonly file?: string;
  readonly line?: number;
}

/** One header field that a step changed, in display form. */
export interface HeaderChange {
  /** `eth.dst`, `ip.saddr`, `tcp.dport`, `skb.mark`, … */
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

export interface Step {
  /** Position in its packet's trace, from 1. */
  readonly seq: number;
  /** Nanoseconds of the kernel's clock (virtual in the model). */
  readonly timeNs: number;
  readonly node: string;
  /** Name of the network namespace; '' is the host's own. */
  readonly netns: string;
  readonly cpu: number;
  readonly device?: string;
  readonly ifindex?: number;
  readonly layer: Layer;
  /** The kernel's name for the function (`ip_rcv_finish`), also for a step that runs a program (`tcf_classify`). */
  readonly function: string;
  /** Row of the system's list that the step implements (`D1`). */
  readonly row?: string;
  /** Name of the BPF program that ran in this step. */
  readonly program?: string;
  readonly verdict: StepVerdict;
  /** The kernel's name without prefix: `NO_SOCKET` for SKB_DROP_REASON_NO_SOCKET. Set on `drop` and `reject`. */
  readonly reason?: string;
  /** A short note of what the step found or did, for people (`table local: 10.0.1.5 is not ours`). */
  readonly detail?: string;
  readonly because?: Because;
  readonly changes: readonly HeaderChange[];
  /** The frame as the step left it, from its link-layer header where it has one; absent where there is no packet. */
  readonly frame?: Uint8Array;
  /** First protocol in `frame`. */
  readonly frameStarts?: 'ethernet' | 'ip';
  /** Work done: BPF instructions run, when counted. */
  readonly cost?: { readonly instructions?: number };
}

export type Direction = 'forward' | 'reply';

export interface PacketTrace {
  /** Kept from birth to end across hosts. */
  readonly packetId: number;
  /** The packet in whose processing this one was made (an answer, an ICMP error), if any. */
  readonly causedBy?: number;
  readonly direction: Direction;
  /** `TCP SYN 10.0.1.2:40000 → 10.96.0.10:80`, at birth. */
  readonly summary: string;
  readonly steps: readonly Step[];
  readonly verdict: PacketVerdict;
}

/** How a packet ended: taken from its last step. */
export type PacketVerdict = 'delivered' | 'dropped' | 'rejected' | 'undecidable' | 'in-flight';

export interface Journey {
  readonly kernel: 'model' | 'linux';
  /** The question in one line, as `shop/web → svc/shop/api:80/tcp`. */
  readonly question: string;
  /** The whole answer: delivered means the packet arrived *and* its reply came back. */
  readonly verdict: PacketVerdict;
  /** One sentence that answers the question. */
  readonly summary: string;
  readonly reason?: string;
  readonly because?: Because;
  /** Facts that had to be known and were not; non-empty exactly when the verdict is `undecidable`. */
  readonly missing: readonly string[];
  /** What was taken for granted (`shop/api-1 listens on its declared containerPort 8080/tcp`). */
  readonly assumptions: readonly string[];
  readonly packets: readonly PacketTrace[];
}
