import type { ModelHost } from '../kernel/host.ts';
import { SkbQueue } from '../skb/skb-queue.ts';
import { Napi } from './napi.ts';
import { NapiList } from './napi-list.ts';
import { processBacklog } from './process-backlog.ts';

/**
 * What each CPU keeps for receiving: the devices to poll, and the backlog of packets that came without NAPI.
 * Kernel: include/linux/netdevice.h struct softnet_data; /proc/net/softnet_stat shows its counters.
 */
export class SoftnetData {
  readonly host: ModelHost;
  readonly cpu: number;
  readonly pollList = new NapiList();
  /** Polled out of their budget in this round. */
  readonly repoll = new NapiList();
  /** Taken off the poll list by the round that runs. */
  readonly round = new NapiList();
  readonly inputPktQueue = new SkbQueue();
  readonly processQueue = new SkbQueue();
  readonly backlog: Napi;
  processed = 0;
  dropped = 0;
  timeSqueeze = 0;
  receivedRps = 0;

  constructor(host: ModelHost, cpu: number) {
    this.host = host;
    this.cpu = cpu;
    this.backlog = new Napi(this, undefined, processBacklog);
  }
}
