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
    scenario: 'C5 bpf_redirect_neigh at ingress leaves what was captured as it came',
    kernel: 'linux',
    reason: "a capture shares the packet's bytes, and the new link-layer header is written over them",
  },
];

/** The reason why `kernel` may fail a scenario, or undefined. */
export const declared = (scenario: string, kernel: Divergence['kernel']): string | undefined =>
  DIVERGENCES.find((row) => row.scenario === scenario && row.kernel === kernel)?.reason;
