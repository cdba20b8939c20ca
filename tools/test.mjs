// The whole gate: build, style, types, room ranks, documents, tests. Arguments go to the test runner.
import { ensureBuilt, run } from './ensure-built.mjs';

await ensureBuilt();
const filters = process.argv.slice(2);
if (filters.length === 0) run(process.execPath, ['tools/check.mjs']);
run('npx', ['vitest', 'run', ...filters]);
