import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { probeBpf } from '@sluice/linux';
import { afterEach, describe, expect, it } from 'vitest';

const capability = probeBpf();
const tools = spawnSync('nsenter', ['--version']).status === 0 && spawnSync('curl', ['--version']).status === 0;
const missing = capability.usable ? (tools ? undefined : 'nsenter or curl is not installed') : capability.missing;
if (missing) console.warn(`skipping sluice lab: ${missing}`);

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const bin = 'packages/cli/bin/sluice.mjs';
const name = `test-${process.pid}`;
const sluice = (...args: string[]) => spawnSync(process.execPath, [bin, ...args], { cwd: root, encoding: 'utf8' });
const curl = (from: string, url: string) =>
  sluice('lab', 'exec', '--name', name, from, '--', 'curl', '-s', '-m', '3', url);

/** What the lab prints of drops. */
let drops = '';

async function up(): Promise<ChildProcess> {
  drops = '';
  const lab = spawn(process.execPath, [bin, 'lab', 'up', '-f', 'examples/shop', '--name', name], { cwd: root });
  let told = '';
  lab.stdout?.on('data', (bytes) => {
    drops += String(bytes);
  });
  await new Promise<void>((resolve, reject) => {
    lab.stderr?.on('data', (bytes) => {
      told += String(bytes);
      if (told.includes('is up')) resolve();
    });
    lab.once('exit', () => reject(new Error(told)));
  });
  return lab;
}

describe.skipIf(missing !== undefined)('sluice lab', () => {
  let lab: ChildProcess | undefined;
  afterEach(() => {
    lab?.kill('SIGKILL');
    sluice('lab', 'down', '--name', name);
  });

  it('answers through service translation and policy, resolves names, denies by silence', async () => {
    lab = await up();
    expect(curl('shop/web', 'http://api').stdout).toMatch(/^shop\/api-[12] sees 10\.244\.1\.2:/);
    expect(curl('shop/web', 'http://api.shop.svc.cluster.local').stdout).toMatch(/^shop\/api-[12] sees/);
    expect(curl('shop/batch', 'http://api')).toMatchObject({ status: 28, stdout: '' });
    await expect
      .poll(() => drops)
      .toMatch(/drop POLICY_DENIED: tcp 10\.244\.1\.3:\d+ → .*no rule admits shop\/batch to port 8080\/tcp/);
    expect(sluice('lab', 'list').stdout).toContain(name);
    expect(sluice('lab', 'exec', '--name', name, 'shop/nobody', '--', 'true')).toMatchObject({ status: 64 });
  });

  it('finds that model and kernel agree on every pair that the model decides', () => {
    const ran = sluice('lab', 'trace', '-f', 'examples/shop', '-o', 'json');
    expect(ran.status, ran.stderr).toBe(0);
    const { pairs } = JSON.parse(ran.stdout) as { pairs: { model: string; real: string; agrees: boolean }[] };
    expect(pairs).toHaveLength(30);
    expect(pairs.every(({ agrees }) => agrees)).toBe(true);
    expect(new Set(pairs.map(({ model }) => model))).toEqual(new Set(['answered', 'no answer', 'undecidable']));
  });

  it('leaves nothing behind, also after a kill', async () => {
    lab = await up();
    const ended = new Promise((resolve) => lab?.once('exit', resolve));
    lab.kill('SIGKILL');
    await ended;
    expect(curl('shop/web', 'http://api').stderr).toMatch(/no lab named/);
    expect(sluice('lab', 'down', '--name', name).status).toBe(0);
    expect(existsSync(`/run/sluice/lab-${name}.json`)).toBe(false);
    expect(sluice('lab', 'list').stdout).not.toContain(name);
  });
});
