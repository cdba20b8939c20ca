import { formatInstruction } from '../../asm/disassemble.ts';
import type { Instruction } from '../../isa/instruction.ts';
import type { Observer } from '../explore/explore.ts';
import { isRefusal, prepareProgram, type Refusal, type VerifierInput } from '../program.ts';
import { sourceLine } from '../source-line.ts';
import type { State } from '../state/state.ts';
import { describeChange, describeState, type Snapshot, snapshot } from './describe.ts';

/** Instructions written down: the last ones tell most. */
const STEPS_MAX = 4000;

/** An instruction as text, with maps by their names. */
function format(input: VerifierInput, instruction: Instruction, slot: number): string {
  const text = formatInstruction(instruction);
  const reference = input.maps?.get(slot);
  if (!reference) return text;
  const { map, offset } = reference;
  return text.replace(/\[.*\]/, `[${map.name}${offset ? ` + ${offset}` : ''}]`);
}

/**
 * The log of the path that ends in a refusal: source lines, instructions, and after each what it changed. Paths that
 * ended well are forgotten, as in the kernel's log of level 1.
 */
export class PathLog implements Observer {
  readonly #lines: string[] = [];
  readonly #forks = new WeakMap<State, { lines: number; before: Snapshot | undefined }>();
  readonly #text: readonly string[];
  #before: Snapshot | undefined;
  #steps = 0;
  #lastSource = '';

  /** @param total instructions that the whole verification will look at */
  constructor(
    readonly input: VerifierInput,
    readonly total: number,
  ) {
    const program = prepareProgram(input);
    this.#text = isRefusal(program)
      ? []
      : program.code.instructions.map((instruction, slot) => (instruction ? format(input, instruction, slot) : ''));
  }

  step(slot: number, state: State): void {
    if (++this.#steps < this.total - STEPS_MAX) return;
    this.#describe(state);
    const line = sourceLine(this.input, slot);
    const source = line ? `; ${line.text.trim()} @ ${line.file}:${line.line}` : '';
    if (source !== '' && source !== this.#lastSource) this.#lines.push(source);
    this.#lastSource = source;
    this.#lines.push(`${slot}: ${this.#text[slot] ?? ''}`);
  }

  fork(state: State): void {
    this.#forks.set(state, { lines: this.#lines.length, before: this.#before });
  }

  resume(slot: number, state: State): void {
    const fork = this.#forks.get(state);
    this.#lines.length = fork?.lines ?? 0;
    this.#before = fork?.before;
    this.#lastSource = '';
    if (this.#steps >= this.total - STEPS_MAX) this.#lines.push(`the other way, to ${slot}`);
  }

  /** The whole log, ending with the refusal. */
  text(refusal: Refusal): string {
    return [...this.#lines, refusal.message].join('\n');
  }

  /** Adds to the last line what has changed since the state before it. */
  #describe(state: State): void {
    const now = snapshot(state);
    const changes = this.#before ? describeChange(this.#before, now) : describeState(now);
    if (changes !== '' && this.#lines.length > 0) this.#lines.push(`${this.#lines.pop()!.padEnd(40)} ; ${changes}`);
    else if (changes !== '') this.#lines.push(`; ${changes}`);
    this.#before = now;
  }
}
