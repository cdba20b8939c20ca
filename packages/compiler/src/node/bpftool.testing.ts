import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why the kernel cannot be asked here, or undefined where it can. */
export function whyNoKernel(): string | undefined {
  try {
    execFileSync('bpftool', ['version'], { stdio: 'pipe' });
  } catch {
    return 'bpftool is not installed';
  }
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bpf-'));
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'bpf', 'bpf', folder], { stdio: 'pipe' });
    execFileSync('bpftool', ['prog', 'list'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'it takes root, and a kernel with bpf(2) and the BPF file system';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Runs a shell script in a mount namespace of its own, in a new folder with the given files, where `bpf/` is a fresh
 * BPF file system: what it pins there is gone afterwards. Returns what it printed; throws with what it said on failure.
 */
export function withBpftool(files: Readonly<Record<string, Uint8Array>>, script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bpf-'));
  try {
    mkdirSync(join(folder, 'bpf'));
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    return execFileSync('unshare', ['-m', 'sh', '-ec', `mount -t bpf bpf bpf\n${script}`], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    throw new Error(`${stderr ?? ''}${stdout ?? ''}${stderr === undefined ? String(error) : ''}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Loads an object and runs one of its programs on a packet: r0 and the packet afterwards. */
export function runInKernel(
  object: Uint8Array,
  program: string,
  packet: Uint8Array,
  times = 1,
): { result: number; packet: Uint8Array } {
  // On one CPU, so that per-CPU maps show what the run before left.
  const run = `taskset 1 bpftool -j prog run pinned bpf/all/${program} data_in in data_out out >result\n`;
  const output = withBpftool(
    { 'a.o': object, in: packet },
    `bpftool prog loadall a.o bpf/all >log 2>&1 || { cat log >&2; exit 1; }\n${run.repeat(times)}cat result\nprintf '\\n'\nbase64 -w0 out`,
  );
  const [json = '', bytes = ''] = output.split('\n').filter((line) => line !== '');
  const { retval } = JSON.parse(json) as { retval: number };
  return { result: retval >>> 0, packet: new Uint8Array(Buffer.from(bytes, 'base64')) };
}
