import type { HelperRow } from '../../abi/helper.ts';
import type { MapSpec } from '../../spec.ts';

/** A range of stack bytes that a helper gets: offsets from the top of the frame at depth `frame`. */
export interface StackUse {
  readonly frame: number;
  readonly from: number;
  readonly to: number;
  readonly written: boolean;
  /** It is written all over without being read. */
  readonly filled: boolean;
}

/** What checking a helper's arguments found out, for `does/helper-call.ts`. */
export interface HelperPlan {
  readonly row: HelperRow;
  map: MapSpec | undefined;
  /** The reference that an argument carries; 0 for none. */
  reference: number;
  /** That reference is given back. */
  releases: boolean;
  /** Bytes of memory that the helper returns. */
  allocBytes: number;
  /** Most bytes that the last size argument may stand for. */
  sizeMax: bigint;
  readonly stack: StackUse[];
  /** Registers whose bounds were relied upon. */
  readonly precise: number[];
}

export function newHelperPlan(row: HelperRow): HelperPlan {
  return {
    row,
    map: undefined,
    reference: 0,
    releases: false,
    allocBytes: 0,
    sizeMax: 0n,
    stack: [],
    precise: [],
  };
}
