import { EngineError, type TestRunInput, type TestRunResult } from '@sluice/engine';
import type { ModelProgram } from './program.ts';

/** BPF_PROG_TEST_RUN. */
export function bpfProgTestRun(program: ModelProgram, _input: TestRunInput): TestRunResult {
  throw new EngineError(`BPF_PROG_TEST_RUN ${program.name}`, 'EOPNOTSUPP', 'not there yet');
}
