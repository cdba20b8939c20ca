import { writeFileSync } from 'node:fs';
import { compileFile } from '@sluice/compiler/node';
import { formatProblem } from '@sluice/engine';
import { EXIT, Exit } from '../exit-codes.ts';

/** `sluice bpf build`: TypeScript to an ELF object. Problems go to standard error, one line each. */
export function bpfBuild(source: string, options: { readonly output: string }): number {
  const result = compileFile(source);
  for (const problem of result.problems) console.error(formatProblem(problem));
  if (!result.object) return EXIT.DATA;
  try {
    writeFileSync(options.output, result.object);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Exit(EXIT.CANNOT_WRITE, [`${options.output}: error: cannot be written (${code})`]);
  }
  return EXIT.OK;
}
