import type { LinkHandle, ProgramHandle } from '@sluice/engine';
import type { ModelProgram } from './program.ts';

/** A program's place in one or several lists of programs. */
export class ListLink implements LinkHandle {
  readonly #lists: ModelProgram[][];
  readonly #check: (program: ProgramHandle) => ModelProgram;
  #program: ModelProgram | undefined;

  constructor(
    lists: readonly ModelProgram[][],
    program: ProgramHandle,
    check: (program: ProgramHandle) => ModelProgram,
  ) {
    this.#lists = [...lists];
    this.#check = check;
    this.#program = check(program);
    for (const list of lists) list.push(this.#program);
  }

  /** Takes a place in one more list, unless it was detached. */
  addTo(list: ModelProgram[]): void {
    if (!this.#program) return;
    this.#lists.push(list);
    list.push(this.#program);
  }

  replace(program: ProgramHandle): void {
    const next = this.#check(program);
    for (const list of this.#lists) {
      const at = this.#program ? list.indexOf(this.#program) : -1;
      if (at >= 0) list[at] = next;
    }
    this.#program = next;
  }

  detach(): void {
    for (const list of this.#lists) {
      const at = this.#program ? list.indexOf(this.#program) : -1;
      if (at >= 0) list.splice(at, 1);
    }
    this.#program = undefined;
  }
}
