import { KeyedMap } from '../../maps/keyed-map.ts';
import { RingBuffer, ringBufferIdOf } from '../../maps/ring-buffer.ts';
import { BpfTrap } from '../bpf-trap.ts';
import type { MapTable } from '../map-table.ts';
import type { Helper } from '../program.ts';
import type { RunState } from '../run-state.ts';

const TWO32 = 4294967296;

/** Helpers on maps and ring buffers, by id. */
export function mapHelpers(maps: MapTable, state: RunState): [number, Helper][] {
  const ring = (id: number): RingBuffer => {
    const map = maps.get(id);
    if (!(map instanceof RingBuffer)) throw new BpfTrap('bad-map', map.spec.name, 'not a ring buffer');
    return map;
  };
  const ringOf = (record: number): RingBuffer => ring(ringBufferIdOf(state.arena, record));
  return [
    [1, (map, key) => maps.get(map!).lookup(key!)],
    [2, (map, key, value, low, high) => maps.get(map!).update(key!, value!, flagsOf(low!, high!))],
    [3, (map, key) => maps.get(map!).remove(key!)],
    [
      195,
      (map, key, cpu) => {
        const target = maps.get(map!);
        return target instanceof KeyedMap ? target.lookupPerCpu(key!, cpu! >>> 0) : 0;
      },
    ],
    [130, (map, data, size, low, high) => ring(map!).output(data!, size!, flagsOf(low!, high!))],
    [131, (map, size, low, high) => ring(map!).reserve(size!, flagsOf(low!, high!))],
    [
      132,
      (record) => {
        ringOf(record!).submit(record!);
        return 0;
      },
    ],
    [
      133,
      (record) => {
        ringOf(record!).discard(record!);
        return 0;
      },
    ],
    [
      134,
      (map, low, high) => {
        const answer = ring(map!).query(flagsOf(low!, high!));
        state.resultHigh = Math.floor(answer / TWO32);
        return (answer % TWO32) | 0;
      },
    ],
  ];
}

/** Flags as one number; any bit in the high half is one that nobody knows. */
function flagsOf(low: number, high: number): number {
  return high === 0 ? low >>> 0 : 0xffffffff;
}
