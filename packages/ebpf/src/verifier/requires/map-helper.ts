import { BPF_F_RDONLY_PROG, MAP_TYPES, mapTypeRow } from '../../abi/map-types.ts';
import type { HelperPlan } from './helper-plan.ts';

const WRITERS: ReadonlySet<string> = new Set(['map_update_elem', 'map_delete_elem']);
const GENERAL: ReadonlySet<string> = new Set(['map_lookup_elem', ...WRITERS]);

/**
 * The helper and the map's type go together, and a map that programs only read is not written.
 *
 * Kernel: kernel/bpf/verifier.c record_func_map(), check_map_func_compatibility(). Looking up in maps whose values are
 * not plain memory (maps of maps, sockmaps) is refused.
 */
export function requireMapForHelper(plan: HelperPlan): string | undefined {
  const { map, row } = plan;
  if (!map) return undefined;
  if (WRITERS.has(row.name) && map.flags & BPF_F_RDONLY_PROG) return 'write into map forbidden';
  const type = mapTypeRow(map.type);
  const fits = helperTakes(row.name, map.type) && (type.onlyHelpers?.includes(row.name) ?? true);
  const readable = row.returns !== 'map-value-or-null' || type.valueAccess;
  if (fits && readable) return undefined;
  if (row.name === 'tail_call') return 'expected prog array map for tail call';
  return `cannot pass map_type ${type.id} into func bpf_${row.name}#${row.id}`;
}

/** A helper that some map types reserve for themselves takes no others. */
function helperTakes(helper: string, type: string): boolean {
  if (GENERAL.has(helper)) return true;
  const special = MAP_TYPES.filter((row) => row.onlyHelpers?.includes(helper)).map((row) => row.type as string);
  if (special.length > 0) return special.includes(type);
  if (helper === 'map_lookup_percpu_elem') return MAP_TYPES.some((row) => row.type === type && row.perCpu);
  return helper === 'for_each_map_elem';
}
