import type { Napi } from './napi.ts';

/** Devices waiting to be polled, first in, first out. Kernel: softnet_data.poll_list. */
export class NapiList {
  first: Napi | null = null;
  #last: Napi | null = null;

  push(napi: Napi): void {
    napi.pollNext = null;
    if (this.#last === null) this.first = napi;
    else this.#last.pollNext = napi;
    this.#last = napi;
  }

  shift(): Napi | null {
    const napi = this.first;
    if (napi === null) return null;
    this.first = napi.pollNext;
    if (this.first === null) this.#last = null;
    napi.pollNext = null;
    return napi;
  }

  /** Moves everything from `other` behind what is here. */
  splice(other: NapiList): void {
    for (let napi = other.shift(); napi !== null; napi = other.shift()) this.push(napi);
  }
}
