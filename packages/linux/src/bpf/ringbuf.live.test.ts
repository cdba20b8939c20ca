import { alu64Imm, call, encode, exit, lddwMap, mov64Imm, mov64Reg, type ObjectSpec, stx } from '@sluice/ebpf';
import { describe, expect, it } from 'vitest';
import { probeBpf } from '../capability/probe-bpf.ts';
import { linuxBpf } from './load-object.ts';
import { LinuxMap } from './map.ts';

const capability = probeBpf();
if (!capability.usable) console.warn(`skipping ring buffers on Linux: ${capability.missing}`);

const RINGBUF_OUTPUT = 130;
const PRANDOM = 7;
/** Sends eight bytes and returns the helper's result, negated: 0 or the errno. */
const CODE = [
  call(PRANDOM),
  stx(64, 10, -8, 0),
  lddwMap(1),
  mov64Reg(2, 10),
  alu64Imm('add', 2, -8),
  mov64Imm(3, 8),
  mov64Imm(4, 0),
  call(RINGBUF_OUTPUT),
  alu64Imm('mul', 0, -1),
  exit(),
];
const program = {
  name: 'tell',
  section: 'xdp',
  type: 'xdp',
  code: encode(CODE),
  functions: [],
  relocations: [{ kind: 'map', slot: 2, map: 'ring' }],
  lines: [],
} as const;
const ring = { name: 'ring', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096, flags: 0 } as const;
const object: ObjectSpec = { license: 'GPL', maps: [ring], constants: [], programs: [program] };
const ENOSPC_OR_AGAIN = [11, 28];

describe.skipIf(!capability.usable)('ring buffers on Linux', () => {
  it('a full ring refuses records, and every one that it took arrives, over many turns of the ring', () => {
    const loaded = linuxBpf().loadObject(object);
    const tell = loaded.programs.get('tell');
    const map = loaded.maps.get('ring');
    let taken = 0;
    let refused = 0;
    let arrived = 0;
    for (let turn = 0; turn < 20; turn++) {
      for (let i = 0; i < 300; i++) {
        const result = tell?.testRun({ data: new Uint8Array(14) }).returnValue ?? -1;
        if (result === 0) taken++;
        else refused += Number(ENOSPC_OR_AGAIN.includes(result));
      }
      arrived += map?.drain(() => {}) ?? 0;
    }
    loaded.close();
    expect([taken + refused, arrived]).toEqual([6000, taken]);
    expect(refused).toBeGreaterThan(0);
  });

  it('follow() hands records over on the event loop', async () => {
    const loaded = linuxBpf().loadObject(object);
    const map = loaded.maps.get('ring');
    if (!(map instanceof LinuxMap)) throw new Error('not a map of Linux');
    const seen: number[] = [];
    const following = map.follow((record) => seen.push(record.length));
    loaded.programs.get('tell')?.testRun({ data: new Uint8Array(14), repeat: 5 });
    await expect.poll(() => seen).toEqual([8, 8, 8, 8, 8]);
    following.close();
    loaded.close();
  });
});
