import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sampleSource } from './sample.testing.ts';
import { writeObject } from './write-object.ts';

it('bpftool loads the programs of an object that writeObject() wrote', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-elf-'));
  writeFileSync(join(folder, 'sample.o'), writeObject(sampleSource()));
  mkdirSync(join(folder, 'bpf'));
  const mounted = (script: string) =>
    execFileSync('unshare', ['-m', 'sh', '-ec', `mount -t bpf bpf bpf\n${script}`], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  try {
    try {
      mounted('bpftool prog list');
    } catch {
      return context.skip('needs bpftool, root and bpf(2)');
    }
    const text = mounted('bpftool prog loadall sample.o bpf/all\nbpftool prog dump xlated pinned bpf/all/first linum');
    expect(text).toContain('; line 10 [file:sample.bpf.ts line_num:10 line_col:3]');
    expect(text).toContain('unsigned int double_it(unsigned int x)');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
