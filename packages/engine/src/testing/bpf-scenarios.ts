import {
  alu64Imm,
  call,
  callLocal,
  encode,
  exit,
  type Instruction,
  jmpImm,
  jmpReg,
  lddwMap,
  lddwMapValue,
  ldx,
  type MapSpec,
  mov64Imm,
  mov64Reg,
  type ObjectSpec,
  type ProgramSpec,
  type Relocation,
  st,
  stx,
} from '@sluice/ebpf';
import type { BpfKernel, LoadedObject } from '../bpf.ts';
import { EngineError } from '../errors.ts';

/**
 * What every BPF kernel must do alike: each scenario drives the contract and returns what it saw, which must equal
 * `expected` on the model and on Linux.
 */
export interface BpfScenario {
  readonly name: string;
  readonly run: (kernel: BpfKernel) => unknown;
  readonly expected: unknown;
}

const R0 = 0;
const R1 = 1;
const R2 = 2;
const R3 = 3;
const R6 = 6;
const R10 = 10;
const XDP_DROP = 1;
const XDP_PASS = 2;
const MAP_LOOKUP = 1;
const TAIL_CALL = 12;
const RINGBUF_OUTPUT = 130;

const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const u64 = (value: bigint): Uint8Array => new Uint8Array(BigUint64Array.of(value).buffer);
const FRAME = Uint8Array.from({ length: 64 }, (_, i) => i);

function map(type: MapSpec['type'], more: Partial<MapSpec> = {}): MapSpec {
  return { name: 'm', type, keySize: 4, valueSize: 8, maxEntries: 4, flags: 0, ...more };
}

function xdp(name: string, code: readonly Instruction[], relocations: readonly Relocation[] = []): ProgramSpec {
  return {
    name,
    section: 'xdp',
    type: 'xdp',
    attachType: 37,
    code: encode(code),
    functions: [],
    relocations,
    lines: [],
  };
}

function object(
  programs: readonly ProgramSpec[],
  maps: readonly MapSpec[] = [],
  more: Partial<ObjectSpec> = {},
): ObjectSpec {
  return { license: 'GPL', programs, maps, constants: [], ...more };
}

/** The errno name with which a call failed, or 'ok'. */
function outcome(act: () => unknown): string {
  try {
    act();
    return 'ok';
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
}

function withObject<T>(kernel: BpfKernel, spec: ObjectSpec, use: (loaded: LoadedObject) => T): T {
  const loaded = kernel.loadObject(spec);
  try {
    return use(loaded);
  } finally {
    loaded.close();
  }
}

const runOf = (loaded: LoadedObject, name: string) => () =>
  loaded.programs.get(name)?.testRun({ data: FRAME }).returnValue;

/** Drops where `m[7]` exists. */
const DROP_LISTED = [
  st(32, R10, -4, 7),
  mov64Reg(R2, R10),
  alu64Imm('add', R2, -4),
  lddwMap(R1),
  call(MAP_LOOKUP),
  jmpImm('jeq', R0, 0, 2),
  mov64Imm(R0, XDP_DROP),
  exit(),
  mov64Imm(R0, XDP_PASS),
  exit(),
];

const mapScenarios: readonly BpfScenario[] = [
  ...(['hash', 'lru_hash'] as const).map(
    (type): BpfScenario => ({
      name: `${type}: set, get, flags, delete`,
      run: (kernel) => {
        const m = kernel.createMap(map(type));
        const seen = [
          m.get(u32(1)),
          outcome(() => m.set(u32(1), u64(5n), 2)),
          outcome(() => m.set(u32(1), u64(5n), 1)),
          outcome(() => m.set(u32(1), u64(6n), 1)),
          m.get(u32(1)),
          [...m.entries()].length,
          m.delete(u32(1)),
          m.delete(u32(1)),
        ];
        m.close();
        return seen;
      },
      expected: [undefined, 'ENOENT', 'ok', 'EEXIST', u64(5n), 1, true, false],
    }),
  ),
  {
    name: 'hash: a full map refuses another key, and takes it once one is gone',
    run: (kernel) => {
      const m = kernel.createMap(map('hash'));
      for (let i = 0; i < 4; i++) m.set(u32(i), u64(0n));
      const full = outcome(() => m.set(u32(9), u64(0n)));
      m.delete(u32(0));
      const seen = [full, outcome(() => m.set(u32(9), u64(0n)))];
      m.close();
      return seen;
    },
    expected: ['E2BIG', 'ok'],
  },
  {
    name: 'array: all keys exist, none beyond, none can go',
    run: (kernel) => {
      const m = kernel.createMap(map('array'));
      m.set(u32(3), u64(1n));
      const seen = [
        m.get(u32(0)),
        m.get(u32(3)),
        outcome(() => m.set(u32(4), u64(1n))),
        outcome(() => m.set(u32(0), u64(1n), 1)),
        outcome(() => m.delete(u32(0))),
        [...m.entries()].length,
      ];
      m.close();
      return seen;
    },
    expected: [u64(0n), u64(1n), 'E2BIG', 'EEXIST', 'EINVAL', 4],
  },
  {
    name: 'lpm_trie: the longest prefix wins',
    run: (kernel) => {
      const m = kernel.createMap(map('lpm_trie', { keySize: 8, valueSize: 4, flags: 1 }));
      const key = (length: number, ...ip: number[]) => Uint8Array.of(length, 0, 0, 0, ...ip);
      m.set(key(8, 10, 0, 0, 0), u32(8));
      m.set(key(24, 10, 1, 2, 0), u32(24));
      const seen = [m.get(key(32, 10, 1, 2, 3)), m.get(key(32, 10, 9, 9, 9)), m.get(key(32, 11, 0, 0, 1))];
      const gone = [m.delete(key(24, 10, 1, 2, 0)), m.get(key(32, 10, 1, 2, 3)), m.delete(key(24, 10, 1, 2, 0))];
      m.close();
      return [...seen, ...gone];
    },
    expected: [u32(24), u32(8), undefined, true, u32(8), false],
  },
  ...(['hash', 'array', 'lpm_trie', 'lru_hash'] as const).map(
    (type): BpfScenario => ({
      name: `${type}: many entries at once are there one by one`,
      run: (kernel) => {
        const lpm = type === 'lpm_trie';
        const m = kernel.createMap(map(type, { maxEntries: 64, ...(lpm ? { keySize: 8, flags: 1 } : {}) }));
        const key = (i: number) => (lpm ? Uint8Array.of(32, 0, 0, 0, 10, 0, 0, i) : u32(i));
        m.setMany(Array.from({ length: 50 }, (_, i) => [key(i), u64(BigInt(i * i))] as const));
        const seen = [0, 7, 49].map((i) => m.get(key(i)));
        m.close();
        return seen;
      },
      expected: [u64(0n), u64(49n), u64(2401n)],
    }),
  ),
  {
    name: 'a key or value of the wrong size is refused before the kernel sees it',
    run: (kernel) => {
      const m = kernel.createMap(map('hash'));
      const seen = [outcome(() => m.set(u64(1n), u64(1n))), outcome(() => m.set(u32(1), u32(1)))];
      m.close();
      return seen;
    },
    expected: ['EINVAL', 'EINVAL'],
  },
];

const programScenarios: readonly BpfScenario[] = [
  {
    name: 'a map edited while the program is loaded changes the next verdict',
    run: (kernel) => {
      const program = xdp('drop_listed', DROP_LISTED, [{ kind: 'map', slot: 3, map: 'm' }]);
      return withObject(kernel, object([program], [map('hash')]), (loaded) => {
        const run = runOf(loaded, 'drop_listed');
        const before = run();
        loaded.maps.get('m')?.set(u32(7), u64(0n));
        const listed = run();
        loaded.maps.get('m')?.delete(u32(7));
        return [before, listed, run()];
      });
    },
    expected: [XDP_PASS, XDP_DROP, XDP_PASS],
  },
  {
    name: 'load-time constants are read from .rodata',
    run: (kernel) => {
      const code = [lddwMapValue(R1, 4), ldx(32, R0, R1, 0), exit()];
      const program = xdp('constant', code, [{ kind: 'map-value', slot: 0, map: '.rodata', offset: 4 }]);
      const initial = Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0);
      const rodata = map('array', { name: '.rodata', maxEntries: 1, flags: 128, initial, frozen: true });
      const spec = object([program], [rodata], {
        constants: [{ name: 'VERDICT', map: '.rodata', offset: 4, size: 4 }],
      });
      const chosen = kernel.loadObject(spec, { constants: { VERDICT: 2 } });
      const seen = [withObject(kernel, spec, (loaded) => runOf(loaded, 'constant')()), runOf(chosen, 'constant')()];
      chosen.close();
      return seen;
    },
    expected: [1, 2],
  },
  {
    name: 'a function call keeps r6 to r9 and clobbers nothing else of the caller',
    run: (kernel) => {
      const code = [
        mov64Imm(R6, 2),
        mov64Imm(R1, 20),
        callLocal(3),
        jmpImm('jne', R0, 21, 1),
        mov64Reg(R0, R6),
        exit(),
        mov64Reg(R0, R1),
        mov64Imm(R6, 9),
        alu64Imm('add', R0, 1),
        exit(),
      ];
      return withObject(kernel, object([xdp('calls', code)]), (loaded) => runOf(loaded, 'calls')());
    },
    expected: 2,
  },
  {
    name: 'a tail call leaves for the program in the slot, and falls through where the slot is empty',
    run: (kernel) => {
      const jump = [mov64Imm(R3, 1), lddwMap(R2), call(TAIL_CALL), mov64Imm(R0, XDP_DROP), exit()];
      const target = xdp('target', [mov64Imm(R0, XDP_PASS), exit()]);
      const first = xdp('first', jump, [{ kind: 'map', slot: 1, map: 'm' }]);
      const spec = object([first, target], [map('prog_array', { valueSize: 4 })]);
      return withObject(kernel, spec, (loaded) => {
        const empty = runOf(loaded, 'first')();
        const program = loaded.programs.get('target');
        if (program) loaded.maps.get('m')?.setProgram(1, program);
        return [empty, runOf(loaded, 'first')()];
      });
    },
    expected: [XDP_DROP, XDP_PASS],
  },
  {
    name: 'records of a ring buffer arrive in order, each once',
    run: (kernel) => {
      const code = [
        st(64, R10, -8, 77),
        lddwMap(R1),
        mov64Reg(R2, R10),
        alu64Imm('add', R2, -8),
        mov64Imm(R3, 8),
        mov64Imm(4, 0),
        call(RINGBUF_OUTPUT),
        mov64Imm(R0, XDP_PASS),
        exit(),
      ];
      const ring = map('ringbuf', { keySize: 0, valueSize: 0, maxEntries: 4096 });
      const program = xdp('tell', code, [{ kind: 'map', slot: 1, map: 'm' }]);
      return withObject(kernel, object([program], [ring]), (loaded) => {
        const records: Uint8Array[] = [];
        const drain = () => loaded.maps.get('m')?.drain((record) => records.push(record));
        for (let i = 0; i < 3; i++) runOf(loaded, 'tell')();
        return [drain(), drain(), records];
      });
    },
    expected: [3, 0, [u64(77n), u64(77n), u64(77n)]],
  },
  {
    name: 'a program writes the packet in place',
    run: (kernel) => {
      const code = [
        ldx(32, R2, R1, 0),
        ldx(32, R3, R1, 4),
        mov64Reg(4, R2),
        alu64Imm('add', 4, 14),
        jmpReg('jgt', 4, R3, 2),
        mov64Imm(5, 0xab),
        stx(8, R2, 13, 5),
        mov64Imm(R0, XDP_PASS),
        exit(),
      ];
      return withObject(kernel, object([xdp('write', code)]), (loaded) => {
        const result = loaded.programs.get('write')?.testRun({ data: FRAME });
        return [result?.returnValue, result?.data.length, result?.data[12], result?.data[13]];
      });
    },
    expected: [XDP_PASS, 64, 12, 0xab],
  },
  ...refusals([
    ['an unset result', [exit()], 'R0 !read_ok'],
    [
      'a packet read without a bounds check',
      [ldx(32, R2, R1, 0), ldx(8, R0, R2, 0), exit()],
      'R2 offset is outside of the packet',
    ],
    ['a read beyond the context', [ldx(32, R0, R1, 200), exit()], 'invalid bpf_context access off=200 size=4'],
    [
      'a write above the stack',
      [st(64, R10, 0, 1), mov64Imm(R0, 0), exit()],
      'invalid write to stack R10 off=0 size=8',
    ],
  ]),
];

/** Programs that must be refused, with the kernel's own last words. */
function refusals(rows: readonly (readonly [string, readonly Instruction[], string])[]): BpfScenario[] {
  return rows.map(([what, code, words]) => ({
    name: `the verifier refuses ${what}`,
    run: (kernel) => {
      try {
        kernel.loadObject(object([xdp('bad', code)])).close();
        return 'accepted';
      } catch (error) {
        if (error instanceof EngineError) return [error.code, error.detail];
        throw error;
      }
    },
    expected: ['EACCES', words],
  }));
}

export const BPF_SCENARIOS: readonly BpfScenario[] = [...mapScenarios, ...programScenarios];
