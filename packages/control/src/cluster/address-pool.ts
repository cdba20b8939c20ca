import type { Ipv4Prefix } from '@sluice/wire';

/** Hands out addresses of a prefix in order, from the second on, leaving out those already taken. */
export class AddressPool {
  #next = 1;
  readonly #size: number;

  constructor(
    readonly prefix: Ipv4Prefix,
    readonly taken: ReadonlySet<number>,
  ) {
    this.#size = 2 ** (32 - prefix.length);
  }

  /** The next free address, or undefined where the prefix is full. The first address is the gateway's. */
  take(): number | undefined {
    while (++this.#next < this.#size - 1) {
      const address = (this.prefix.address + this.#next) >>> 0;
      if (!this.taken.has(address)) return address;
    }
    return undefined;
  }
}
