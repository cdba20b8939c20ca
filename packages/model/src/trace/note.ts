import type { Because, HeaderChange, ProgramRun, StepVerdict } from '@sluice/engine';

/** A program's run, as far as the step that ran it knows. */
export type ProgramNote = Omit<ProgramRun, 'packetId' | 'node' | 'netns' | 'device' | 'ifindex'>;

/** What a step says of itself while it runs; taken up when the step is recorded. */
export class Note {
  detail: string | undefined;
  because: Because | undefined;
  verdict: StepVerdict | undefined;
  program: ProgramNote | undefined;
  instructions: number | undefined;
  changes: HeaderChange[] | undefined;
}
