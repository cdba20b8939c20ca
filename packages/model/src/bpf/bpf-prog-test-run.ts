import { EngineError, type TestRunInput, type TestRunResult } from '@sluice/engine';
import { ETH_HLEN } from '@sluice/wire';
import { bpfProgTestRunSkb } from './bpf-prog-test-run-skb.ts';
import { bpfProgTestRunXdp } from './bpf-prog-test-run-xdp.ts';
import type { ModelProgram } from './program.ts';

/**
 * BPF_PROG_TEST_RUN: runs a program on a frame that goes nowhere. Throws EngineError ENOTSUPP for types that Linux does
 * not run this way either (socket address programs among them), EINVAL for input it would refuse.
 * Kernel: net/bpf/test_run.c.
 */
export function bpfProgTestRun(program: ModelProgram, input: TestRunInput): TestRunResult {
  const operation = `BPF_PROG_TEST_RUN ${program.name}`;
  if (program.type !== 'xdp' && program.type !== 'sched_cls' && program.type !== 'cgroup_skb') {
    throw new EngineError(operation, 'ENOTSUPP', `programs of type ${program.type} cannot be run by themselves`);
  }
  if (input.data.length < ETH_HLEN)
    throw new EngineError(operation, 'EINVAL', 'the frame is shorter than an Ethernet header');
  const result = program.type === 'xdp' ? bpfProgTestRunXdp(program, input) : bpfProgTestRunSkb(program, input);
  program.bpf.redirect.clear();
  if (typeof result === 'string') throw new EngineError(operation, result, 'the context is not acceptable');
  return result;
}
