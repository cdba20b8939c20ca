// What a newcomer runs first: installs, builds, and asks the example cluster a question.
import { spawnSync } from 'node:child_process';
import { ensureBuilt, root } from './ensure-built.mjs';

await ensureBuilt();
const trace = ['packages/cli/bin/sluice.mjs', 'trace', '-f', 'examples/shop', 'shop/web', 'svc/shop/api:80/tcp'];
console.log('\n$ npx sluice trace -f examples/shop shop/web svc/shop/api:80/tcp\n');
const { status } = spawnSync(process.execPath, trace, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
