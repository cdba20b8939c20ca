import { ipv4Mask } from '@sluice/wire';
import type { FibAlias } from './fib-alias.ts';

/** Routes of one prefix length, by prefix (as a signed number, which V8 keeps unboxed). */
interface Level {
  readonly length: number;
  readonly mask: number;
  readonly routes: Map<number, FibAlias[]>;
}

/** A routing table: longest prefix first, then lowest metric. Kernel: net/ipv4/fib_trie.c struct fib_table. */
export class FibTable {
  readonly id: number;
  readonly #levels: Level[] = [];

  constructor(id: number) {
    this.id = id;
  }

  /**
   * Adds a route, as NLM_F_CREATE with NLM_F_EXCL does: returns false where one with that prefix and metric stands
   * already, whatever its next hop. Kernel: fib_table_insert().
   */
  insert(route: FibAlias): boolean {
    if (
      this.#level(route.length)
        .routes.get(route.prefix | 0)
        ?.some((r) => r.metric === route.metric)
    )
      return false;
    return this.append(route);
  }

  /** As NLM_F_APPEND does, behind others of its prefix and metric. Returns false where the very same stands already. */
  append(route: FibAlias): boolean {
    const level = this.#level(route.length);
    const key = route.prefix | 0;
    const list = level.routes.get(key) ?? [];
    if (list.some((r) => r.metric === route.metric && r.dev === route.dev && r.gateway === route.gateway)) return false;
    list.push(route);
    list.sort((a, b) => a.metric - b.metric);
    level.routes.set(key, list);
    return true;
  }

  /** Removes what `matches` says. Returns how many routes went. */
  remove(matches: (route: FibAlias) => boolean): number {
    let removed = 0;
    for (const level of this.#levels) {
      for (const [key, list] of level.routes) {
        const kept = list.filter((r) => !matches(r));
        removed += list.length - kept.length;
        if (kept.length > 0) level.routes.set(key, kept);
        else level.routes.delete(key);
      }
    }
    return removed;
  }

  /**
   * The route to an address, out of device `oif` where that is not 0; undefined where there is none. A `throw` route is
   * returned as such. Kernel: fib_table_lookup().
   */
  lookup(address: number, oif: number): FibAlias | undefined {
    const levels = this.#levels;
    for (let i = 0; i < levels.length; i++) {
      const level = levels[i]!;
      const list = level.routes.get((address & level.mask) | 0);
      if (list === undefined) continue;
      for (let j = 0; j < list.length; j++) {
        const route = list[j]!;
        if (oif !== 0 && route.dev !== undefined && route.dev.ifindex !== oif) continue;
        if (route.dev !== undefined && !route.dev.up) continue;
        return route;
      }
    }
    return undefined;
  }

  /** As `lookup`, passing over routes of a wider scope than `scopeMin`: what a gateway is looked up with. */
  lookupScoped(address: number, oif: number, scopeMin: number): FibAlias | undefined {
    for (const level of this.#levels) {
      const list = level.routes.get((address & level.mask) | 0) ?? [];
      const found = list.find((r) => r.scope >= scopeMin && r.dev !== undefined && r.dev.up && r.dev.ifindex === oif);
      if (found) return found;
    }
    return undefined;
  }

  /** All routes, longest prefix first. */
  *routes(): Generator<FibAlias> {
    for (const level of this.#levels) for (const list of level.routes.values()) yield* list;
  }

  #level(length: number): Level {
    let level = this.#levels.find((l) => l.length === length);
    if (!level) {
      level = { length, mask: ipv4Mask(length) | 0, routes: new Map() };
      this.#levels.push(level);
      this.#levels.sort((a, b) => b.length - a.length);
    }
    return level;
  }
}
