/** A known difference between the model and Linux. */
export interface Divergence {
  /** Name of a hand-written scenario, with its row: `C5 an ingress program that returns 4`. */
  readonly scenario: string;
  /** The kernel that does not do what the scenario expects. */
  readonly kernel: 'model' | 'linux';
  readonly reason: string;
}

/** All of them. One whose scenario passes makes the tests fail: it is to be struck out. */
export const DIVERGENCES: readonly Divergence[] = [
  {
    scenario: 'the verifier refuses a packet read without a bounds check',
    kernel: 'model',
    reason: 'our verifier says the first of the two lines that Linux prints',
  },
  {
    scenario: 'C5 an ingress program that returns 4',
    kernel: 'model',
    reason: "programs of the model end as cls_bpf's do, those of Linux as tcx's",
  },
  {
    scenario: 'C5 an egress program that returns 4',
    kernel: 'model',
    reason: 'as at ingress',
  },
  {
    scenario: 'C5 an ingress program that returns 8',
    kernel: 'model',
    reason: 'as at ingress',
  },
  {
    scenario: 'C5 an egress program that returns 8',
    kernel: 'model',
    reason: 'as at ingress',
  },
  {
    scenario: 'D1 a gateway that is not on that link of ours is refused',
    kernel: 'model',
    reason: 'the model takes any gateway',
  },
  {
    scenario: 'D1 a prefix with bits beyond its length is refused',
    kernel: 'model',
    reason: 'the model cuts the bits off',
  },
  {
    scenario: 'D4 what a process sends says that it must not be cut, unless ip_no_pmtu_disc is set',
    kernel: 'model',
    reason: "the model's datagrams may be cut",
  },
  {
    scenario: 'D4 to the subnet broadcast address a plain socket may not send',
    kernel: 'model',
    reason: 'the model has no SO_BROADCAST',
  },
  {
    scenario: 'D7 an echo reply keeps the type of service of its request',
    kernel: 'model',
    reason: "the model's reply has none",
  },
  {
    scenario: 'D7 with icmp_errors_use_inbound_ifaddr it is from the address the packet came in by',
    kernel: 'model',
    reason: 'the model has no such setting',
  },
  {
    scenario: 'F2 the server closes first, and still hears what the peer has to say',
    kernel: 'model',
    reason: 'close() of the model closes both ways',
  },
  {
    scenario: 'H1 loopback counts what it sends as received, both without the link-layer header',
    kernel: 'model',
    reason: 'the model counts the header',
  },
];

/** The reason why `kernel` may fail a scenario, or undefined. */
export const declared = (scenario: string, kernel: Divergence['kernel']): string | undefined =>
  DIVERGENCES.find((row) => row.scenario === scenario && row.kernel === kernel)?.reason;
