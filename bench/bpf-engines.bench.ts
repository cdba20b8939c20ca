// Our interpreter against our JIT: the blacklist-like filter, arithmetic in a loop, a checksum.
import {
  Arena,
  alu64Imm,
  alu64Reg,
  encode,
  exit,
  type Instruction,
  jmpImm,
  jmpReg,
  ldx,
  mov64Imm,
  mov64Reg,
  Vm,
} from '@sluice/ebpf';
import { brief, interleave, report } from './protocol.ts';

const arena = new Arena(16 << 20);
const vm = new Vm({ arena, cpus: 1, helpers: new Map(), now: () => 0n, random: () => 4, currentCpu: () => 0 });
const frame = arena.alloc(1536);
for (let i = 0; i < 1500; i++) arena.u8[frame + i] = i * 7;
const context = arena.alloc(24);
arena.u32[context >> 2] = frame;
arena.u32[(context >> 2) + 1] = frame + 1500;

/** Returns 1 for an ARP frame, 2 for any other. */
const FILTER: Instruction[] = [
  ldx(32, 2, 1, 0),
  ldx(32, 3, 1, 4),
  mov64Reg(4, 2),
  alu64Imm('add', 4, 42),
  mov64Imm(0, 2),
  jmpReg('jgt', 4, 3, 3),
  ldx(16, 5, 2, 12),
  jmpImm('jne', 5, 0x0608, 1),
  mov64Imm(0, 1),
  exit(),
];
const LOOPS = 20_000;
const ARITHMETIC: Instruction[] = [
  mov64Imm(0, 1),
  mov64Imm(1, LOOPS),
  alu64Imm('mul', 0, 31),
  alu64Imm('add', 0, 17),
  alu64Imm('xor', 0, 0x5a5a),
  alu64Imm('rsh', 0, 1),
  alu64Imm('sub', 1, 1),
  jmpImm('jne', 1, 0, -6),
  exit(),
];
/** Sums 750 words of 16 bits. */
const CHECKSUM: Instruction[] = [
  ldx(32, 2, 1, 0),
  mov64Imm(0, 0),
  mov64Imm(3, 750),
  ldx(16, 4, 2, 0),
  alu64Reg('add', 0, 4),
  alu64Imm('add', 2, 2),
  alu64Imm('sub', 3, 1),
  jmpImm('jne', 3, 0, -5),
  exit(),
];

for (const [name, code, runs] of [
  ['filter, 10 instructions', FILTER, 200_000],
  [`arithmetic, ${LOOPS * 6} instructions`, ARITHMETIC, 20],
  ['checksum of 1,500 bytes, 3,750 instructions', CHECKSUM, 500],
] as const) {
  const rivals = (['jit', 'interpreter'] as const).map((engine) => {
    const program = { name: 'p', type: 'xdp', code: encode(code), relocations: [] } as const;
    const loaded = vm.load({ program, engine });
    if (!loaded.ok) throw new Error(loaded.problem.message);
    const { program: runnable } = loaded;
    const count = brief ? Math.ceil(runs / 100) : runs;
    return {
      name: engine,
      run: () => {
        for (let i = 0; i < count; i++) runnable.run(context);
        return count;
      },
    };
  });
  report(`eBPF, ${name}`, 'run', interleave(rivals));
}
