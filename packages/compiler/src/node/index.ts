import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type TypeScript from 'typescript';
import { type CompileResult, compile } from '../compile.ts';

/**
 * Compiles a file from disk. Places in messages and line information are relative to `root`, by default the working
 * directory. An unreadable file is a problem (S027), not an error.
 */
export function compileFile(path: string, root: string = process.cwd()): CompileResult {
  const toName = (file: string): string => relative(root, resolve(file)).split(sep).join('/');
  const files = (name: string): string | undefined => {
    try {
      return readFileSync(isAbsolute(name) ? name : resolve(root, name), 'utf8');
    } catch {
      return undefined;
    }
  };
  // Loading it by `import` takes three times as long.
  const typescript = createRequire(import.meta.url)('typescript') as typeof TypeScript;
  return compile({ typescript, entry: toName(path), files });
}

export { formatProblem } from '../diagnostics/problem.ts';
