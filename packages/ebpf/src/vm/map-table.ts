import type { ConcreteMap } from '../maps/create-map.ts';
import { BpfTrap } from './bpf-trap.ts';

/** The Vm's maps by id; ids are never used again. */
export class MapTable {
  readonly #maps: (ConcreteMap | undefined)[] = [];

  /** The id that the next map will have; ids begin at 1. */
  get nextId(): number {
    return this.#maps.length + 1;
  }

  add(map: ConcreteMap): void {
    this.#maps.push(map);
  }

  remove(id: number): void {
    this.#maps[id - 1] = undefined;
  }

  /** For programs: throws BpfTrap where there is no such map. */
  get(id: number): ConcreteMap {
    const map = this.#maps[id - 1];
    if (map === undefined) throw new BpfTrap('bad-map', `map ${id}`, 'a program used a map that does not exist');
    return map;
  }

  find(id: number): ConcreteMap | undefined {
    return this.#maps[id - 1];
  }
}
