import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probeBpf } from '@sluice/linux';
import { afterAll, describe, expect, it } from 'vitest';

const capability = probeBpf();
if (!capability.usable) console.warn(`skipping sluice bpf run --engine linux: ${capability.missing}`);

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-cli-live-'));
afterAll(() => rmSync(folder, { recursive: true }));
const sluice = (...args: string[]) =>
  spawnSync(process.execPath, ['packages/cli/bin/sluice.mjs', ...args], { cwd: root, encoding: 'utf8' });

describe.skipIf(!capability.usable)('sluice bpf run --engine linux', () => {
  it('gives in the real kernel the verdicts of the model, also after an edit of the map', () => {
    const object = join(folder, 'arp-blacklist.o');
    expect(sluice('bpf', 'build', 'examples/arp-blacklist.bpf.ts', '-o', object).status).toBe(0);
    const run = (engine: string) =>
      sluice(
        'bpf',
        'run',
        object,
        '--pcap',
        'examples/arp.pcap',
        '--map',
        'blacklist=examples/blacklist.json',
        '--edit',
        '8:blacklist=examples/blacklist-more.json',
        '--engine',
        engine,
      );
    const linux = run('linux');
    expect(linux).toMatchObject({ status: 0, stderr: '' });
    expect(linux.stdout).toContain('XDP_DROP');
    expect(linux.stdout).toBe(run('model').stdout);
  });
});
