import type { ProgramType } from '../spec.ts';
import type { HelperRow } from './helper.ts';
import { generalHelpers } from './helpers/general.ts';
import { mapHelpers } from './helpers/map.ts';
import { packetHelpers } from './helpers/packet.ts';
import { socketHelpers } from './helpers/socket.ts';
import { taskHelpers } from './helpers/task.ts';

/**
 * Helper functions by UAPI number. A helper whose arguments differ between program types has one row for each.
 *
 * Kernel: include/uapi/linux/bpf.h, and the `bpf_func_proto` of each; `types` as Linux 6.18 answers when such a program
 * is loaded.
 */
export const HELPERS: readonly HelperRow[] = [
  ...mapHelpers,
  ...generalHelpers,
  ...packetHelpers,
  ...socketHelpers,
  ...taskHelpers,
];

const byId = new Map<number, HelperRow[]>();
for (const row of HELPERS) byId.set(row.id, [...(byId.get(row.id) ?? []), row]);
const byName = new Map(HELPERS.map((row) => [row.name, row]));

/** The row for a helper called by a program of `type`, or undefined where that type has no such helper. */
export function helperFor(id: number, type: ProgramType): HelperRow | undefined {
  return byId.get(id)?.find((row) => row.types === 'all' || row.types.includes(type));
}

/** A row by number, whatever the program type; undefined for one Sluice does not know. */
export function helperById(id: number): HelperRow | undefined {
  return byId.get(id)?.[0];
}

/** A row by name without `bpf_`; undefined for one Sluice does not know. */
export function helperNamed(name: string): HelperRow | undefined {
  return byName.get(name);
}
