import type { MapSpec } from '../spec.ts';
import { ArrayMap } from './array-map.ts';
import { checkMapSpec } from './check-map-spec.ts';
import { HashMap } from './hash-map.ts';
import type { KeyedMap, MapContext } from './keyed-map.ts';
import { LpmTrie } from './lpm-trie.ts';
import { LruHashMap } from './lru-hash-map.ts';
import { PerfEventArray } from './perf-event-array.ts';
import { RingBuffer } from './ring-buffer.ts';
import { SlotMap } from './slot-map.ts';

export type ConcreteMap = KeyedMap | RingBuffer | PerfEventArray;

/**
 * Makes a map, filled with `spec.initial` and frozen where the spec says so. Throws for a spec that `checkMapSpec`
 * refuses (ask it first), and ArenaExhausted.
 */
export function createMap(id: number, spec: MapSpec, context: MapContext): ConcreteMap {
  const problem = checkMapSpec(spec);
  if (problem) throw new Error(problem.message);
  const map = make(id, spec, context);
  if (spec.initial && map instanceof ArrayMap) context.arena.write(map.base, spec.initial.subarray(0, spec.valueSize));
  if (spec.frozen && map instanceof ArrayMap) map.freeze();
  return map;
}

function make(id: number, spec: MapSpec, context: MapContext): ConcreteMap {
  switch (spec.type) {
    case 'hash':
    case 'percpu_hash':
    case 'devmap_hash':
      return new HashMap(id, spec, context);
    case 'lru_hash':
    case 'lru_percpu_hash':
      return new LruHashMap(id, spec, context);
    case 'array':
    case 'percpu_array':
      return new ArrayMap(id, spec, context);
    case 'prog_array':
    case 'devmap':
    case 'cpumap':
      return new SlotMap(id, spec, context);
    case 'lpm_trie':
      return new LpmTrie(id, spec, context);
    case 'ringbuf':
      return new RingBuffer(id, spec, context);
    case 'perf_event_array':
      return new PerfEventArray(id, spec, context);
    case 'array_of_maps':
    case 'hash_of_maps':
    case 'sockmap':
    case 'sockhash':
    case 'xskmap':
      throw new Error(`map ${spec.name}: type ${spec.type} is not supported yet`);
    default:
      return spec.type satisfies never;
  }
}
