import type { Ipv4Prefix } from '@sluice/wire';

export type XfrmDirection = 'in' | 'fwd' | 'out';

/** What a policy applies to; absent fields match everything. Kernel: struct xfrm_selector. */
export interface XfrmSelector {
  readonly source?: Ipv4Prefix;
  readonly destination?: Ipv4Prefix;
  readonly protocol?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

/**
 * One policy. `block` refuses; `allow` without templates lets pass; one with templates demands that the packet came
 * through IPsec. Kernel: struct xfrm_policy.
 */
export interface XfrmPolicy {
  readonly direction: XfrmDirection;
  readonly selector: XfrmSelector;
  readonly action: 'allow' | 'block';
  /** Lower counts first. */
  readonly priority: number;
  /** Whether it demands a transformation (`tmpl` in `ip xfrm policy`). */
  readonly templates: boolean;
}

/** The policies of a namespace, by direction. Kernel: struct netns_xfrm. Row D6. */
export class XfrmPolicyDatabase {
  readonly in: XfrmPolicy[] = [];
  readonly fwd: XfrmPolicy[] = [];
  readonly out: XfrmPolicy[] = [];

  add(policy: XfrmPolicy): void {
    const list = this[policy.direction];
    list.push(policy);
    list.sort((a, b) => a.priority - b.priority);
  }
}
