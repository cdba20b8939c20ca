import type { LineInfo } from '../spec.ts';
import type { VerifierInput } from './program.ts';

/** The source line that the instruction at `slot` comes from: the last one that starts at or before it. */
export function sourceLine(input: VerifierInput, slot: number): LineInfo | undefined {
  let found: LineInfo | undefined;
  for (const line of input.lines ?? []) {
    if (line.slot <= slot && (!found || line.slot >= found.slot)) found = line;
  }
  return found;
}
