import type { Instruction } from '../../isa/instruction.ts';
import type { Observer } from '../explore/explore.ts';
import { isRefusal, prepareProgram, type Refusal, type VerifierInput } from '../program.ts';
import { sourceLine } from '../source-line.ts';
import type { State } from '../state/state.ts';
import { describeState } from './describe.ts';

/** Instructions written down: the last ones tell most. */
const STEPS_MAX = 4000;

/**
 * The log of the path that ends in a refusal: source lines, and for each instruction what was known before it. Paths
 * that ended well are forgotten, as in the kernel's log of level 1.
 */
export class PathLog implements Observer {
  readonly #lines: string[] = [];
  #steps = 0;
  readonly #forks = new WeakMap<State, number>();
  readonly #instructions: readonly (Instruction | undefined)[];
  readonly #names: readonly (string | undefined)[];
  #lastSource = '';

  /** @param total instructions that the whole verification will look at */
  constructor(
    readonly input: VerifierInput,
    readonly total: number,
  ) {
    const program = prepareProgram(input);
    this.#instructions = isRefusal(program) ? [] : program.code.instructions;
    this.#names = isRefusal(program) ? [] : program.code.forms.map((form) => form?.name);
  }

  step(slot: number, state: State): void {
    if (++this.#steps < this.total - STEPS_MAX) return;
    const line = sourceLine(this.input, slot);
    const source = line ? `; ${line.text.trim()} @ ${line.file}:${line.line}` : '';
    if (source !== '' && source !== this.#lastSource) this.#add(source);
    this.#lastSource = source;
    this.#add(`${slot}: ${this.#disassemble(slot)} ; ${describeState(state)}`);
  }

  fork(state: State): void {
    this.#forks.set(state, this.#lines.length);
  }

  resume(slot: number, state: State): void {
    this.#lines.length = this.#forks.get(state) ?? 0;
    this.#lastSource = '';
    this.#add(`from another branch to ${slot}:`);
  }

  /** The whole log, ending with the refusal. */
  text(refusal: Refusal): string {
    return [...this.#lines, refusal.message].join('\n');
  }

  #disassemble(slot: number): string {
    const instruction = this.#instructions[slot];
    if (!instruction) return '';
    const { dst, src, offset, imm } = instruction;
    return `${this.#names[slot]} dst=r${dst} src=r${src} off=${offset} imm=${instruction.imm64 ?? imm}`;
  }

  #add(line: string): void {
    this.#lines.push(line);
  }
}
