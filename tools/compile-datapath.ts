import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFile } from '@sluice/compiler/node';
import { formatProblem } from '@sluice/engine';

const OBJECTS = ['pod', 'netdev', 'socket'];

/** Compiles the datapath's programs and writes their objects, base64, into a generated module. */
export function compileDatapath(root: string): void {
  const lines: string[] = [];
  for (const name of OBJECTS) {
    const result = compileFile(join(root, `packages/datapath/src/bpf/${name}.bpf.ts`));
    for (const problem of result.problems) console.error(formatProblem(problem));
    if (!result.object) process.exit(65);
    lines.push(`  ${name}: '${Buffer.from(result.object).toString('base64')}',`);
  }
  const text = `/** Made by the build from bpf/*.bpf.ts. */\nexport const OBJECTS = {\n${lines.join('\n')}\n} as const;\n`;
  writeFileSync(join(root, 'packages/datapath/src/objects.gen.ts'), text);
}
