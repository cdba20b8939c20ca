import type { ModelHost } from '../kernel/host.ts';

/** One CPU's line of /proc/net/softnet_stat. */
export interface SoftnetStat {
  readonly cpu: number;
  readonly processed: number;
  readonly dropped: number;
  readonly timeSqueeze: number;
  /** Packets in both backlog queues now. */
  readonly backlog: number;
}

/** The counters of a host's CPUs. Kernel: net/core/net-procfs.c softnet_seq_show(). */
export const softnetStat = (host: ModelHost): readonly SoftnetStat[] =>
  host.cpus.map((s) => ({
    cpu: s.cpu,
    processed: s.processed,
    dropped: s.dropped,
    timeSqueeze: s.timeSqueeze,
    backlog: s.inputPktQueue.length + s.processQueue.length,
  }));
