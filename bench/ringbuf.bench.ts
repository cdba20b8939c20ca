// How fast records of 64 bytes come out of a ring buffer of the real kernel, on one Node thread, and what a map update costs.
import { alu64Imm, call, encode, exit, lddwMap, mov64Imm, mov64Reg, type ObjectSpec, st } from '@sluice/ebpf';
import { linuxBpf, probeBpf } from '@sluice/linux';
import { brief, interleave, report } from './protocol.ts';

const RECORD_BYTES = 64;
const BATCH = brief ? 1_000 : 20_000;

function object(): ObjectSpec {
  const fill = Array.from({ length: RECORD_BYTES / 8 }, (_, i) => st(64, 10, -8 * (i + 1), i));
  const code = [
    ...fill,
    lddwMap(1),
    mov64Reg(2, 10),
    alu64Imm('add', 2, -RECORD_BYTES),
    mov64Imm(3, RECORD_BYTES),
    mov64Imm(4, 1),
    call(130),
    mov64Imm(0, 2),
    exit(),
  ];
  const relocations = [{ kind: 'map', slot: fill.length, map: 'ring' }] as const;
  const program = {
    name: 'tell',
    section: 'xdp',
    type: 'xdp',
    code: encode(code),
    functions: [],
    relocations,
    lines: [],
  } as const;
  const ring = { name: 'ring', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4 << 20, flags: 0 } as const;
  const hash = { name: 'hash', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 1024, flags: 0 } as const;
  return { license: 'GPL', maps: [ring, hash], constants: [], programs: [program] };
}

const capability = probeBpf();
if (capability.usable) {
  const loaded = linuxBpf().loadObject(object());
  const tell = loaded.programs.get('tell');
  const ring = loaded.maps.get('ring');
  const hash = loaded.maps.get('hash');
  const frame = new Uint8Array(14);
  const key = new Uint8Array(4);
  const value = new Uint8Array(8);
  const results = interleave([
    {
      name: 'written in the kernel and read here',
      run: () => {
        tell?.testRun({ data: frame, repeat: BATCH });
        const arrived = ring?.drain(() => {}) ?? 0;
        if (arrived !== BATCH) throw new Error(`${BATCH - arrived} of ${BATCH} records are missing`);
        return arrived;
      },
    },
    {
      name: 'map update, one system call each',
      run: () => {
        for (let i = 0; i < BATCH; i++) {
          key[0] = i;
          hash?.set(key, value);
        }
        return BATCH;
      },
    },
  ]);
  report('Linux: ring buffer records of 64 bytes; map updates', 'operation', results);
  const [first] = results;
  if (first) console.log(`  ${Math.round(1e9 / first.median).toLocaleString('en')} records a second`);
  loaded.close();
} else console.log(`\nLinux: ring buffer: skipped: ${capability.missing}`);
