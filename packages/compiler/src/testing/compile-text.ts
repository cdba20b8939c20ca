import { createRequire } from 'node:module';
import type TypeScript from 'typescript';
import { type CompileResult, compile } from '../compile.ts';

/** Compiles one file given as text; `more` are files it imports. */
export function compileText(text: string, more: Readonly<Record<string, string>> = {}): CompileResult {
  const typescript = createRequire(import.meta.url)('typescript') as typeof TypeScript;
  return compile({ typescript, entry: 'test.bpf.ts', files: { 'test.bpf.ts': text, ...more } });
}
