// Random cases on both kernels: `node tools/soak.mjs --cases 20000 --seed 1`. Needs root and BPF.
import { ensureBuilt, run } from './ensure-built.mjs';

await ensureBuilt();
run(process.execPath, ['--conditions=source', '--import', 'tsx', 'compliance/soak.ts', ...process.argv.slice(2)]);
