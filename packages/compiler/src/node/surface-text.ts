import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type TypeScript from 'typescript';

/**
 * The text of `frontend/surface.gen.ts`: the language surface's declarations, without bodies, for the checker.
 */
export function surfaceText(): string {
  const ts = createRequire(import.meta.url)('typescript') as typeof TypeScript;
  const folder = new URL('../bpf/', import.meta.url);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'outside.ts')
    .sort();
  const lines = files.map((name) => {
    const source = readFileSync(new URL(name, folder), 'utf8');
    const { outputText } = ts.transpileDeclaration(source, {
      fileName: name,
      compilerOptions: { target: ts.ScriptTarget.ES2022, removeComments: true },
      reportDiagnostics: false,
    });
    return `  ${JSON.stringify(name.replace(/\.ts$/, '.d.ts'))}:\n    ${JSON.stringify(outputText)},\n`;
  });
  return `/** Made by node/generate-surface.ts from bpf/*.ts: what the checker reads of the language surface. */
export const SURFACE: Readonly<Record<string, string>> = {\n${lines.join('')}};\n`;
}
