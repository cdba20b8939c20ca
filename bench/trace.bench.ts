// How long a person waits for `sluice trace` on the example cluster, from a cold start, and how much of it is the model.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { brief } from './protocol.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const command = [
  'packages/cli/bin/sluice.mjs',
  'trace',
  '-f',
  'examples/shop',
  'shop/web',
  'svc/shop/api:80/tcp',
  '--timing',
];
const whole: number[] = [];
const model: number[] = [];
for (let round = 0; round < (brief ? 1 : 11); round++) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  whole.push(performance.now() - started);
  if (status !== 0) throw new Error(`trace ended with ${status}: ${stderr}`);
  model.push(Number(/in the model ([\d.]+) ms/.exec(stderr)?.[1]));
}
const show = (name: string, samples: number[]) => {
  const sorted = [...samples].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? Number.NaN;
  console.log(
    `  ${name.padEnd(34)} ${median.toFixed(0).padStart(6)} ms  (${sorted[0]?.toFixed(0)}…${sorted.at(-1)?.toFixed(0)})`,
  );
};
console.log(`\nsluice trace on examples/shop, cold start${brief ? ' (brief: numbers say nothing)' : ''}`);
show('whole command', whole);
show('of it in the model', model);
