import type { LoadedProgram, ProgramSpec } from '@sluice/ebpf';
import type { ProgramHandle, TestRunInput, TestRunResult } from '@sluice/engine';
import { bpfProgTestRun } from './bpf-prog-test-run.ts';
import type { HostBpf } from './host-bpf.ts';

/** A loaded program. */
export class ModelProgram implements ProgramHandle {
  readonly name: string;
  readonly section: string;
  readonly type: ProgramSpec['type'];
  readonly attachType: number | undefined;
  /** The kernel that loaded it. */
  readonly bpf: HostBpf;
  readonly program: LoadedProgram;
  readonly log?: string;
  #counted = 0;

  constructor(
    bpf: HostBpf,
    spec: Pick<ProgramSpec, 'name' | 'section' | 'type' | 'attachType'>,
    program: LoadedProgram,
  ) {
    this.bpf = bpf;
    this.name = spec.name;
    this.section = spec.section;
    this.type = spec.type;
    this.attachType = spec.attachType;
    this.program = program;
  }

  /** Instructions run since this was last asked; undefined for programs that do not count them. */
  takeInstructions(): number | undefined {
    const total = this.program.instructionsRun;
    const since = total - this.#counted;
    this.#counted = total;
    return since === 0 ? undefined : since;
  }

  testRun(input: TestRunInput): TestRunResult {
    return bpfProgTestRun(this, input);
  }

  close(): void {
    this.bpf.unload(this);
  }
}
