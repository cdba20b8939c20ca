import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFile } from '@sluice/compiler/node';
import { type MapSpec, readObject, verifyProgram } from '@sluice/ebpf';
import { formatProblem } from '@sluice/engine';

const OBJECTS = ['pod', 'netdev', 'socket'];

/**
 * Compiles the datapath's programs, verifies them whatever values their load-time constants get, and writes their
 * objects, base64, into a generated module.
 */
export function compileDatapath(root: string): void {
  const lines: string[] = [];
  for (const name of OBJECTS) {
    const source = join(root, `packages/datapath/src/bpf/${name}.bpf.ts`);
    const result = compileFile(source);
    for (const problem of result.problems) console.error(formatProblem(problem));
    if (!result.object) process.exit(65);
    verifyObject(result.object, source);
    lines.push(`  ${name}: '${Buffer.from(result.object).toString('base64')}',`);
  }
  const text = `/** Made by the build from bpf/*.bpf.ts. */\nexport const OBJECTS = {\n${lines.join('\n')}\n} as const;\n`;
  writeFileSync(join(root, 'packages/datapath/src/objects.gen.ts'), text);
}

function verifyObject(bytes: Uint8Array, source: string): void {
  const read = readObject(bytes);
  if (!read.ok) throw new Error(`assertion: ${source} compiles to what does not read: ${read.problem.message}`);
  const maps = read.object.maps.map(withUnknownContents);
  for (const program of read.object.programs) {
    const verdict = verifyProgram(read.object, program, {}, maps);
    if (verdict.ok) continue;
    console.error(`${source}:${verdict.line?.line ?? 1}: error: ${program.name}: ${verdict.message}`);
    process.exit(65);
  }
}

function withUnknownContents({ initial: _initial, frozen: _frozen, ...spec }: MapSpec): MapSpec {
  return spec;
}
