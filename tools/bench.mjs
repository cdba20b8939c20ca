// Runs the benchmarks: all, or those named. `--brief` runs each once, to see that none has rotted.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, root, run } from './ensure-built.mjs';

await ensureBuilt();
const words = process.argv.slice(2);
const brief = words.includes('--brief');
const wanted = words.filter((word) => !word.startsWith('--'));
const all = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.bench.ts'));
for (const file of all.filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word)))) {
  run(process.execPath, ['--conditions=source', '--import', 'tsx', join('bench', file), ...(brief ? ['--brief'] : [])]);
}
