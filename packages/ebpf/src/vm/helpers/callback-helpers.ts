import { E2BIG, EINVAL } from '../../maps/errno.ts';
import { KeyedMap } from '../../maps/keyed-map.ts';
import type { Callback } from '../callback.ts';
import type { MapTable } from '../map-table.ts';

/** Most rounds of bpf_loop. Kernel: include/uapi/linux/bpf.h BPF_MAX_LOOPS. */
const BPF_MAX_LOOPS = 1 << 23;

/** bpf_loop: calls `entry(i, context)` until it returns 1; how often it was called, or -errno. */
export function bpfLoop(call: Callback, rounds: number, entry: number, context: number, flags: number): number {
  if (flags !== 0) return -EINVAL;
  if (rounds >>> 0 > BPF_MAX_LOOPS) return -E2BIG;
  for (let i = 0; i < rounds; i++) if (call(entry, i, context, 0, 0) !== 0) return i + 1;
  return rounds;
}

/** bpf_for_each_map_elem: calls `entry(map, key, value, context)` until it returns 1; how often, or -errno. */
export function forEachMapElem(
  call: Callback,
  maps: MapTable,
  map: number,
  entry: number,
  context: number,
  flags: number,
): number {
  const target = maps.get(map);
  if (flags !== 0 || !(target instanceof KeyedMap)) return -EINVAL;
  return target.visit((key, value) => call(entry, map, key, value, context) !== 0);
}
