import { E2BIG, EFAULT, EINVAL } from '../../maps/errno.ts';
import { PerfEventArray } from '../../maps/perf-event-array.ts';
import type { Arena } from '../../memory/arena.ts';
import type { ProgramType } from '../../spec.ts';
import type { MapTable } from '../map-table.ts';
import type { Helper } from '../program.ts';

const BPF_F_CURRENT_CPU = 0xffffffff;
/** Bits of the flags' high half: how many bytes of the packet to add. BPF_F_CTXLEN_MASK is bits 32 … 51. */
const CONTEXT_LENGTH_MASK = 0xfffff;

/** Where contexts with packets keep `data` and `data_end`. */
const PACKET_FIELDS: Partial<Record<ProgramType, readonly [number, number]>> = {
  sched_cls: [76, 80],
  cgroup_skb: [76, 80],
  xdp: [0, 4],
};

/**
 * bpf_perf_event_output: queues the data, and after it as much of the packet as the flags ask for, on a CPU.
 *
 * Kernel: net/core/filter.c bpf_skb_event_output(), bpf_xdp_event_output(). Departure: only bytes that the context
 * shows (the linear part) can be added.
 */
export function perfEventOutput(arena: Arena, maps: MapTable, currentCpu: () => number, type: ProgramType): Helper {
  return (ctx, map, flagsLow, flagsHigh, data, size) => {
    const target = maps.get(map!);
    if (!(target instanceof PerfEventArray)) return -EINVAL;
    if ((flagsHigh! & ~CONTEXT_LENGTH_MASK) !== 0) return -EINVAL;
    const index = flagsLow! >>> 0;
    const cpu = index === BPF_F_CURRENT_CPU ? currentCpu() : index;
    if (target.spec.maxEntries !== 0 && cpu >= target.spec.maxEntries) return -E2BIG;
    const fields = PACKET_FIELDS[type];
    const extra = flagsHigh! & CONTEXT_LENGTH_MASK;
    if (extra > 0 && !fields) return -EINVAL;
    const record = new Uint8Array(size! + extra);
    record.set(arena.u8.subarray(data!, data! + size!));
    if (extra > 0) {
      const start = arena.view.getUint32(ctx! + fields![0], true);
      if (start + extra > arena.view.getUint32(ctx! + fields![1], true)) return -EFAULT;
      record.set(arena.u8.subarray(start, start + extra), size!);
    }
    return target.output(cpu, record);
  };
}
