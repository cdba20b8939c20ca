import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { probeBpf } from '../capability/probe-bpf.ts';
import { createMap, LinuxMap } from './map.ts';
import { openPinned, pinObject } from './pin.ts';

const capability = probeBpf();
const folder = capability.usable ? mkdtempSync(join(tmpdir(), 'sluice-bpffs-')) : '';
const mounted = capability.usable && spawnSync('mount', ['-t', 'bpf', 'bpf', folder]).status === 0;
if (!mounted)
  console.warn(`skipping pinning: ${capability.usable ? 'no BPF file system can be mounted' : capability.missing}`);

describe.skipIf(!mounted)('pinning on Linux', () => {
  afterAll(() => {
    spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const spec = { name: 'kept', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 4, flags: 0 } as const;

  it('a pinned map outlives its handle, with what is in it', () => {
    const path = join(folder, 'kept');
    const map = createMap(spec);
    map.set(Uint8Array.of(1, 0, 0, 0), Uint8Array.of(7, 0, 0, 0));
    pinObject(map.fd, path);
    map.close();
    const again = new LinuxMap(spec, openPinned(path));
    expect(again.get(Uint8Array.of(1, 0, 0, 0))).toEqual(Uint8Array.of(7, 0, 0, 0));
    again.close();
  });

  it('says what is not there, and what is there already', () => {
    expect(() => openPinned(join(folder, 'nothing'))).toThrow(/BPF_OBJ_GET .*nothing: ENOENT/);
    const map = createMap(spec);
    expect(() => pinObject(map.fd, join(folder, 'kept'))).toThrow(/EEXIST/);
    map.close();
  });
});
