import { RT_SCOPE_LINK } from '../scopes.ts';
import { type FibAlias, RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN } from './fib-alias.ts';
import { DEFAULT_RULES, type FibRule, type Flow, ruleMatches } from './fib-rules.ts';
import { FibTable } from './fib-table.ts';

/** Why a lookup found no route. */
export type FibError = 'ENETUNREACH' | 'EINVAL' | 'EHOSTUNREACH' | 'EACCES';

const TYPE_ERRORS: Readonly<Record<string, FibError>> = {
  blackhole: 'EINVAL',
  unreachable: 'EHOSTUNREACH',
  prohibit: 'EACCES',
};

/** The routing tables and rules of a namespace. Kernel: net/ipv4/fib_rules.c, fib_frontend.c. */
export class Fib {
  readonly #tables = new Map<number, FibTable>();
  readonly #local: FibTable;
  readonly #main: FibTable;
  #rules: readonly FibRule[] = DEFAULT_RULES;
  /** Set by `lookup` where it returns undefined. */
  error: FibError = 'ENETUNREACH';
  /** The route that made `error` (blackhole, unreachable, prohibit), where one did. */
  errorRoute: FibAlias | undefined;

  constructor() {
    this.#local = this.table(RT_TABLE_LOCAL);
    this.#main = this.table(RT_TABLE_MAIN);
  }

  get customRules(): boolean {
    return this.#rules !== DEFAULT_RULES;
  }

  get rules(): readonly FibRule[] {
    return this.#rules;
  }

  /** A table by number, made where it was not there. */
  table(id: number): FibTable {
    let table = this.#tables.get(id);
    if (!table) {
      table = new FibTable(id);
      this.#tables.set(id, table);
    }
    return table;
  }

  addRule(rule: FibRule): void {
    this.#rules = [...this.#rules, rule].sort((a, b) => a.priority - b.priority);
  }

  /** Finds the route of a flow; undefined with `error` set where there is none. Kernel: fib_lookup(). */
  lookup(flow: Flow): FibAlias | undefined {
    this.error = 'ENETUNREACH';
    this.errorRoute = undefined;
    if (this.#rules === DEFAULT_RULES) {
      const route =
        this.#local.lookup(flow.destination, flow.oifIndex) ?? this.#main.lookup(flow.destination, flow.oifIndex);
      if (route !== undefined && route.type !== 'throw') return this.#usable(route);
      return this.#lookupIn(RT_TABLE_DEFAULT, flow);
    }
    for (const rule of this.#rules) {
      if (!ruleMatches(rule, flow)) continue;
      if (rule.action !== 'lookup') {
        this.error = TYPE_ERRORS[rule.action]!;
        return undefined;
      }
      const route = this.#tables.get(rule.table)?.lookup(flow.destination, flow.oifIndex);
      if (route !== undefined && route.type !== 'throw') return this.#usable(route);
    }
    return undefined;
  }

  /**
   * Where a gateway is: on the link of device `oif`, an address of ours (and then no gateway is asked: the route leads
   * to the destination itself), or out of reach. Kernel: fib_check_nh_v4_gw(), rt_set_nexthop().
   */
  gatewayPlace(gateway: number, oif: number): 'link' | 'self' | undefined {
    const route =
      this.#local.lookupScoped(gateway, oif, RT_SCOPE_LINK) ?? this.#main.lookupScoped(gateway, oif, RT_SCOPE_LINK);
    if (route?.type === 'local') return 'self';
    return route?.type === 'unicast' ? 'link' : undefined;
  }

  #lookupIn(table: number, flow: Flow): FibAlias | undefined {
    const route = this.#tables.get(table)?.lookup(flow.destination, flow.oifIndex);
    return route === undefined || route.type === 'throw' ? undefined : this.#usable(route);
  }

  #usable(route: FibAlias): FibAlias | undefined {
    const error = TYPE_ERRORS[route.type];
    if (error === undefined) return route;
    this.error = error;
    this.errorRoute = route;
    return undefined;
  }
}
