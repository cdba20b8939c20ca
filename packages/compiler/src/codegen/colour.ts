import type { Interference } from './interference.ts';
import { COLOURS, type MachineInstr } from './machine.ts';

export interface Colouring {
  /** Machine register of each virtual register that got one. */
  readonly colours: Map<number, number>;
  /** Virtual registers that must live on the stack. */
  readonly spilled: number[];
}

/**
 * Gives each virtual register a machine register such that no two that are live together share one, and copies vanish
 * where they can. `unspillable`: registers that exist because another was spilled.
 *
 * Method: George and Appel, "Iterated Register Coalescing".
 */
export function colour(graph: Interference, unspillable: ReadonlySet<number>): Colouring {
  return new Colourer(graph, unspillable).run();
}

class Colourer {
  readonly #neighbours: Map<number, Set<number>>;
  readonly #cost: Map<number, number>;
  readonly #unspillable: ReadonlySet<number>;
  readonly #degree = new Map<number, number>();
  readonly #alias = new Map<number, number>();
  readonly #movesOf = new Map<number, Set<MachineInstr>>();
  readonly #pendingMoves: Set<MachineInstr>;
  readonly #idleMoves = new Set<MachineInstr>();
  readonly #low = new Set<number>();
  readonly #lowWithMoves = new Set<number>();
  readonly #high = new Set<number>();
  readonly #stack: number[] = [];
  readonly #removed = new Set<number>();

  constructor({ neighbours, moves, cost }: Interference, unspillable: ReadonlySet<number>) {
    this.#neighbours = neighbours;
    this.#cost = cost;
    this.#unspillable = unspillable;
    this.#pendingMoves = new Set(moves);
    for (const move of moves) {
      for (const register of [move.dst, move.src]) {
        if (!neighbours.has(register) && register >= COLOURS) neighbours.set(register, new Set());
        const set = this.#movesOf.get(register);
        if (set) set.add(move);
        else this.#movesOf.set(register, new Set([move]));
      }
    }
    for (const [register, adjacent] of neighbours) {
      if (register >= COLOURS) this.#degree.set(register, adjacent.size);
    }
    for (const register of this.#degree.keys()) this.#enlist(register);
  }

  run(): Colouring {
    for (;;) {
      const low = first(this.#low);
      const move = low === undefined ? first(this.#pendingMoves) : undefined;
      const frozen = low === undefined && !move ? first(this.#lowWithMoves) : undefined;
      if (low !== undefined) this.#simplify(low);
      else if (move) this.#coalesce(move);
      else if (frozen !== undefined) this.#freeze(frozen);
      else if (this.#high.size > 0) this.#chooseSpill();
      else break;
    }
    return this.#assign();
  }

  #enlist(register: number): void {
    if (this.#degree.get(register)! >= COLOURS) this.#high.add(register);
    else if (this.#isMoveRelated(register)) this.#lowWithMoves.add(register);
    else this.#low.add(register);
  }

  #nodeMoves(register: number): MachineInstr[] {
    return [...(this.#movesOf.get(register) ?? [])].filter((m) => this.#pendingMoves.has(m) || this.#idleMoves.has(m));
  }

  #isMoveRelated(register: number): boolean {
    for (const move of this.#movesOf.get(register) ?? []) {
      if (this.#pendingMoves.has(move) || this.#idleMoves.has(move)) return true;
    }
    return false;
  }

  #adjacent(register: number): number[] {
    return [...(this.#neighbours.get(register) ?? [])].filter((n) => !this.#removed.has(n) && !this.#alias.has(n));
  }

  #simplify(register: number): void {
    this.#low.delete(register);
    this.#stack.push(register);
    this.#removed.add(register);
    for (const neighbour of this.#neighbours.get(register)!) {
      if (!this.#alias.has(neighbour)) this.#lowerDegree(neighbour);
    }
  }

  #lowerDegree(register: number): void {
    if (register < COLOURS || this.#removed.has(register)) return;
    const degree = this.#degree.get(register)!;
    this.#degree.set(register, degree - 1);
    if (degree !== COLOURS) return;
    for (const node of [register, ...this.#adjacent(register)]) {
      for (const move of this.#nodeMoves(node)) {
        if (this.#idleMoves.delete(move)) this.#pendingMoves.add(move);
      }
    }
    this.#high.delete(register);
    if (this.#isMoveRelated(register)) this.#lowWithMoves.add(register);
    else this.#low.add(register);
  }

  #find(register: number): number {
    let result = register;
    while (this.#alias.has(result)) result = this.#alias.get(result)!;
    return result;
  }

  #coalesce(move: MachineInstr): void {
    this.#pendingMoves.delete(move);
    const [x, y] = [this.#find(move.dst), this.#find(move.src)];
    const [u, v] = y < COLOURS ? [y, x] : [x, y];
    if (u === v) {
      this.#release(u);
    } else if (v < COLOURS || this.#neighbours.get(v)!.has(u)) {
      this.#release(u);
      this.#release(v);
    } else if (u < COLOURS ? this.#fitsMachine(u, v) : this.#isConservative(u, v)) {
      this.#combine(u, v);
      this.#release(u);
    } else {
      this.#idleMoves.add(move);
    }
  }

  #release(register: number): void {
    if (register < COLOURS || this.#isMoveRelated(register) || this.#degree.get(register)! >= COLOURS) return;
    if (this.#lowWithMoves.delete(register)) this.#low.add(register);
  }

  /** George: each neighbour of v is unimportant or in the way of machine register u already. */
  #fitsMachine(u: number, v: number): boolean {
    return this.#adjacent(v).every(
      (t) => t < COLOURS || this.#degree.get(t)! < COLOURS || this.#neighbours.get(t)!.has(u),
    );
  }

  /** Briggs: the joint register has fewer important neighbours than there are machine registers. */
  #isConservative(u: number, v: number): boolean {
    const important = new Set<number>();
    for (const t of [...this.#adjacent(u), ...this.#adjacent(v)]) {
      if (t < COLOURS || this.#degree.get(t)! >= COLOURS) important.add(t);
    }
    return important.size < COLOURS;
  }

  #combine(u: number, v: number): void {
    this.#lowWithMoves.delete(v);
    this.#high.delete(v);
    this.#low.delete(v);
    const neighbours = this.#adjacent(v);
    this.#alias.set(v, u);
    const moves = this.#movesOf.get(u) ?? new Set<MachineInstr>();
    for (const move of this.#movesOf.get(v) ?? []) moves.add(move);
    this.#movesOf.set(u, moves);
    this.#cost.set(u, (this.#cost.get(u) ?? 0) + (this.#cost.get(v) ?? 0));
    for (const t of neighbours) {
      this.#connect(t, u);
      this.#lowerDegree(t);
    }
    if (u >= COLOURS && this.#degree.get(u)! >= COLOURS && this.#lowWithMoves.delete(u)) this.#high.add(u);
  }

  #connect(a: number, b: number): void {
    if (a === b || (a < COLOURS && b < COLOURS)) return;
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      let set = this.#neighbours.get(one);
      if (!set) {
        set = new Set();
        this.#neighbours.set(one, set);
      }
      if (set.has(other)) continue;
      set.add(other);
      if (one >= COLOURS) this.#degree.set(one, (this.#degree.get(one) ?? 0) + 1);
    }
  }

  #freeze(register: number): void {
    this.#lowWithMoves.delete(register);
    this.#low.add(register);
    this.#freezeMoves(register);
  }

  #freezeMoves(register: number): void {
    for (const move of this.#nodeMoves(register)) {
      this.#pendingMoves.delete(move);
      this.#idleMoves.delete(move);
      const [x, y] = [this.#find(move.dst), this.#find(move.src)];
      const other = x === this.#find(register) ? y : x;
      if (other < COLOURS || this.#isMoveRelated(other) || this.#degree.get(other)! >= COLOURS) continue;
      if (this.#lowWithMoves.delete(other)) this.#low.add(other);
    }
  }

  #chooseSpill(): void {
    let best: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const register of this.#high) {
      const penalty = this.#unspillable.has(register) ? 1e9 : 0;
      const price = penalty + (this.#cost.get(register) ?? 0) / this.#degree.get(register)!;
      if (price < least) {
        least = price;
        best = register;
      }
    }
    this.#high.delete(best!);
    this.#low.add(best!);
    this.#freezeMoves(best!);
  }

  #assign(): Colouring {
    const colours = new Map<number, number>();
    const spilled: number[] = [];
    const colourOf = (register: number): number | undefined => {
      const found = this.#find(register);
      return found < COLOURS ? found : colours.get(found);
    };
    for (let register = this.#stack.pop(); register !== undefined; register = this.#stack.pop()) {
      const taken = new Set<number>();
      for (const neighbour of this.#neighbours.get(register)!) {
        const other = colourOf(neighbour);
        if (other !== undefined) taken.add(other);
      }
      const free = PREFERENCE.find((candidate) => !taken.has(candidate));
      if (free === undefined) spilled.push(register);
      else colours.set(register, free);
    }
    for (const register of this.#alias.keys()) {
      const found = this.#find(register);
      const machine = found < COLOURS ? found : colours.get(found);
      if (machine !== undefined) colours.set(register, machine);
      else if (!spilled.includes(register)) spilled.push(register);
    }
    return { colours, spilled };
  }
}

/** Registers that calls do not keep come first: whoever must outlive a call conflicts with them anyway. */
const PREFERENCE = [1, 2, 3, 4, 5, 0, 6, 7, 8, 9];

function first<T>(set: ReadonlySet<T>): T | undefined {
  for (const item of set) return item;
  return undefined;
}
