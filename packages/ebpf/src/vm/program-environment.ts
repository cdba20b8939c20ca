import type { HelperRow } from '../abi/helper.ts';
import type { ProgramType } from '../spec.ts';
import type { LoadedProgram } from './loaded-program.ts';
import type { MapTable } from './map-table.ts';
import type { PacketLoad } from './packet-load.ts';
import type { Helper } from './program.ts';
import type { RunState } from './run-state.ts';

/** What programs of either engine use of their Vm. */
export interface ProgramEnvironment {
  readonly state: RunState;
  readonly maps: MapTable;
  /** Compiled programs by id. */
  readonly table: WebAssembly.Table;
  readonly packetLoad: PacketLoad;
  helper(row: HelperRow, type: ProgramType): Helper;
  /** The program that bpf_tail_call would run for a map's id and an index; counts the call. */
  tailTarget(map: number, index: number): LoadedProgram | undefined;
}

/** Helpers that are no plain function, because they run programs or parts of them. */
export const TAIL_CALL = 12;
export const LOOP = 181;
export const FOR_EACH_MAP_ELEM = 164;
