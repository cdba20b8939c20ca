// Everything that reads the code and does not run it.
import { ensureBuilt, run } from './ensure-built.mjs';

await ensureBuilt();
const step = (what, command, args) => {
  console.error(`checking ${what}`);
  run(command, args);
};
step('style', 'npx', ['biome', 'ci', '--log-level=error', '.']);
step('types', 'npx', ['tsc', '--noEmit', '-p', '.']);
step('types of BPF programs', 'npx', ['tsc', '--noEmit', '-p', 'tsconfig.bpf.json']);
step('rooms and ranks', process.execPath, ['tools/check-ranks.mjs']);
step('documents', process.execPath, ['tools/check-docs.mjs']);
