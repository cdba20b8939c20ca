/** Why an unverified program was stopped. */
export type TrapCode =
  /** A load or store outside the arena, or below its first address. */
  | 'bad-address'
  /** More than the instruction budget. */
  | 'budget'
  /** More than eight nested calls. */
  | 'call-depth'
  /** A helper was handed a map that does not exist. */
  | 'bad-map'
  /** Programs run inside programs' helpers deeper than the Vm has stacks for. */
  | 'nesting';

/** A program did what the verifier would have refused. Never thrown for a verified one. */
export class BpfTrap extends Error {
  /** `slot`: the instruction, where known. */
  constructor(
    readonly code: TrapCode,
    readonly program: string,
    detail: string,
    readonly slot?: number,
  ) {
    super(`${program}${slot === undefined ? '' : ` at ${slot}`}: ${detail}`);
    this.name = 'BpfTrap';
  }
}
