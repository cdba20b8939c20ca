import { type Ipv4Prefix, ipv4PrefixContains } from '@sluice/wire';
import { RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN } from './fib-alias.ts';

/** A policy routing rule, as `ip rule` shows it. Absent selectors match everything. */
export interface FibRule {
  readonly priority: number;
  readonly from?: Ipv4Prefix;
  readonly to?: Ipv4Prefix;
  readonly iif?: string;
  readonly oif?: string;
  readonly fwmark?: number;
  /** Default all ones. */
  readonly fwmask?: number;
  readonly action: 'lookup' | 'blackhole' | 'unreachable' | 'prohibit';
  /** For `lookup`. */
  readonly table: number;
}

/** The three that every namespace starts with. Kernel: fib_default_rules_init(). */
export const DEFAULT_RULES: readonly FibRule[] = [
  { priority: 0, action: 'lookup', table: RT_TABLE_LOCAL },
  { priority: 32766, action: 'lookup', table: RT_TABLE_MAIN },
  { priority: 32767, action: 'lookup', table: RT_TABLE_DEFAULT },
];

/** What a route is looked up by. One object is reused. Kernel: struct flowi4. */
export class Flow {
  source = 0;
  destination = 0;
  mark = 0;
  iif = '';
  oif = '';
  oifIndex = 0;
}

/** Kernel: fib_rule_match(), fib4_rule_match(). */
export const ruleMatches = (rule: FibRule, flow: Flow): boolean =>
  (rule.from === undefined || ipv4PrefixContains(rule.from, flow.source)) &&
  (rule.to === undefined || ipv4PrefixContains(rule.to, flow.destination)) &&
  (rule.iif === undefined || rule.iif === flow.iif) &&
  (rule.oif === undefined || rule.oif === flow.oif) &&
  (rule.fwmark === undefined || ((rule.fwmark ^ flow.mark) & (rule.fwmask ?? -1)) === 0);
