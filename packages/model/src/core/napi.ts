import type { SkBuff } from '../skb/sk-buff.ts';
import type { NetDevice } from './net-device.ts';
import type { SoftnetData } from './softnet-data.ts';

/** Packets a driver may take in one poll. Kernel: NAPI_POLL_WEIGHT. */
export const NAPI_POLL_WEIGHT = 64;

/** Something that can be polled: a NIC's receive queue, or a CPU's backlog. Kernel: struct napi_struct. */
export class Napi {
  readonly weight = NAPI_POLL_WEIGHT;
  readonly softnet: SoftnetData;
  /** Absent for a backlog. */
  readonly dev: NetDevice | undefined;
  /** Takes at most `budget` packets; returns how many it took. */
  readonly poll: (napi: Napi, budget: number) => number;
  scheduled = false;
  pollNext: Napi | null = null;
  /** Packets that GRO holds back to merge others into, oldest first. */
  readonly groHeld: SkBuff[] = [];

  constructor(softnet: SoftnetData, dev: NetDevice | undefined, poll: (napi: Napi, budget: number) => number) {
    this.softnet = softnet;
    this.dev = dev;
    this.poll = poll;
  }
}
