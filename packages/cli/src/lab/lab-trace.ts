import { allPairs, buildCluster, compareKernels } from '@sluice/control';
import { formatProblem } from '@sluice/engine';
import { LinuxKernel, probeBpf } from '@sluice/linux';
import { createModelKernel } from '@sluice/model';
import { EXIT, Exit } from '../exit-codes.ts';
import { readManifestFiles } from '../input/read-files.ts';

export interface LabTraceOptions {
  readonly file: readonly string[];
  readonly socketLb: boolean;
  readonly output: 'text' | 'json';
}

/**
 * `sluice lab trace`: for every pair of the cluster, what the model says against what a real connection does on this
 * machine's kernel. Ends with 0 where they agree wherever the model decides, with 1 where they do not.
 */
export async function labTrace(options: LabTraceOptions): Promise<number> {
  const capability = probeBpf();
  if (!capability.usable)
    throw new Exit(EXIT.UNAVAILABLE, [`error: a lab needs the real kernel: ${capability.missing}`]);
  const cluster = buildCluster(readManifestFiles(options.file));
  for (const problem of cluster.problems) console.error(formatProblem(problem));
  if (cluster.problems.some((problem) => problem.severity === 'error')) return EXIT.DATA;
  const questions = allPairs(cluster);
  const kernel = new LinuxKernel();
  const newModel = () => createModelKernel({ engine: 'interpreter' });
  const progress = (done: number) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${questions.length} pairs`);
  };
  try {
    const pairs = await compareKernels(newModel, kernel, cluster, questions, { socketLb: options.socketLb }, progress);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    const wrong = pairs.filter(({ agrees }) => !agrees);
    if (options.output === 'json') console.log(JSON.stringify({ version: 1, pairs }, null, 2));
    else {
      for (const { question, model, real, agrees } of pairs) {
        console.log(`${agrees ? '✔' : '✘'} ${question.padEnd(44)} model: ${model.padEnd(12)} real: ${real}`);
      }
      const undecided = pairs.filter(({ model }) => model === 'undecidable').length;
      console.log(`${pairs.length} pairs, ${undecided} that the model does not decide, ${wrong.length} that differ`);
    }
    return wrong.length === 0 ? EXIT.OK : EXIT.DENIED;
  } finally {
    kernel.close();
  }
}
