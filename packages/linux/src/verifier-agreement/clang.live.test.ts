import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ObjectSpec, readObject, verifyProgram } from '@sluice/ebpf';
import { describe, expect, it } from 'vitest';
import { skipsAgreement } from './live.ts';

const folder = fileURLToPath(new URL('../../../../vectors/clang/', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.c'));
const clang = hasClang();
if (!clang) console.warn('skipping C programs: there is no clang with a bpf target');

describe.skipIf(!clang)('C programs compiled by clang', () => {
  const live = !skipsAgreement() && hasBpftool();

  it.each(files.flatMap((file) => ['-mcpu=v1', '-mcpu=v2', '-mcpu=v3'].map((cpu) => ({ file, cpu }))))(
    '$file $cpu is judged as its first line says, by us and by Linux',
    ({ file, cpu }) => {
      const object = compile(file, cpu);
      const words = /^\/\* Refused: (.*?)(?: \*\/)?$/m.exec(readFileSync(folder + file, 'utf8'))?.[1];
      for (const program of object.programs) {
        const verdict = verifyProgram(object, program);
        expect(verdict.ok, verdict.ok ? '' : `${program.name}\n${verdict.log}`).toBe(words === undefined);
        if (!verdict.ok) expect(verdict.message).toContain(words);
      }
      if (!live) return;
      const log = loadWithBpftool(file, cpu);
      if (words === undefined) expect(log).toBe('');
      else expect(log).toContain(words);
    },
  );

  it('a refusal names the line of the C source', () => {
    const object = compile('load-balancer.c', '-mcpu=v3');
    const [program] = object.programs;
    // As if the back ends' values were smaller than the program believes.
    const maps = object.maps.map((map) => (map.name === 'backends' ? { ...map, valueSize: 8 } : map));
    const verdict = verifyProgram(object, program!, {}, maps);
    expect(verdict).toMatchObject({ ok: false, message: expect.stringContaining('value_size=8') });
    expect(verdict.ok ? undefined : verdict.line).toMatchObject({ text: expect.stringContaining('backend->') });
  });
});

function hasClang(): boolean {
  try {
    return execFileSync('clang', ['-print-targets'], { encoding: 'utf8', stdio: 'pipe' }).includes('bpf');
  } catch {
    return false;
  }
}

function compile(file: string, cpu: string): ObjectSpec {
  return inFolder(file, cpu, (folder) => {
    const read = readObject(new Uint8Array(readFileSync(join(folder, 'program.o'))));
    if (!read.ok) throw new Error(JSON.stringify(read));
    return read.object;
  });
}

/** Loads the object's programs into the kernel, as libbpf does it, and lets them go. What was said, if it failed. */
function loadWithBpftool(file: string, cpu: string): string {
  return inFolder(file, cpu, (cwd) => {
    const script = 'mkdir bpf && mount -t bpf bpf bpf && bpftool prog loadall program.o bpf/all';
    try {
      execFileSync('unshare', ['-m', 'sh', '-ec', script], { cwd, stdio: 'pipe' });
      return '';
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr);
    }
  });
}

/** Compiles the file to `program.o` in a folder that goes away afterwards. */
function inFolder<T>(file: string, cpu: string, use: (out: string) => T): T {
  const out = mkdtempSync(join(tmpdir(), 'sluice-clang-'));
  try {
    const flags = ['-O2', '-g', '-target', 'bpf', cpu, '-c', join(folder, file), '-o', join(out, 'program.o')];
    execFileSync('clang', flags, { stdio: 'pipe' });
    return use(out);
  } finally {
    rmSync(out, { recursive: true });
  }
}

function hasBpftool(): boolean {
  try {
    execFileSync('bpftool', ['version'], { stdio: 'pipe' });
    return true;
  } catch {
    console.warn('skipping Linux’s opinion of C programs: there is no bpftool');
    return false;
  }
}
