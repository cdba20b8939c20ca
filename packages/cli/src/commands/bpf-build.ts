import { compileFile } from '@sluice/compiler/node';
import { formatProblem } from '@sluice/engine';
import { EXIT } from '../exit-codes.ts';
import { writeOutput } from '../output/write.ts';

/** `sluice bpf build`: TypeScript to an ELF object. Problems go to standard error, one line each. */
export function bpfBuild(source: string, options: { readonly output: string }): number {
  const result = compileFile(source);
  for (const problem of result.problems) console.error(formatProblem(problem));
  if (!result.object) return EXIT.DATA;
  writeOutput(options.output, result.object);
  return EXIT.OK;
}
