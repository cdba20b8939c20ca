import {
  aluImm,
  aluReg,
  call,
  contextFieldFor,
  contextOf,
  encode,
  exit,
  type HelperArg,
  type HelperRow,
  type Instruction,
  jmpImm,
  jmpReg,
  lddwMap,
  lddwMapValue,
  ldx,
  type MapReference,
  type MapSpec,
  mov64Imm,
  mov64Reg,
  neg,
  type ProgramType,
  slotsOf,
  st,
  type VerifierInput,
} from '@sluice/ebpf';

const map = (type: MapSpec['type'], keySize: number, valueSize: number, maxEntries: number, flags = 0): MapSpec => ({
  name: type,
  type,
  keySize,
  valueSize,
  maxEntries,
  flags,
});

const BPF_F_NO_PREALLOC = 1;
const BPF_F_RDONLY_PROG = 1 << 7;
const BPF_F_WRONLY_PROG = 1 << 8;

/** One map of each type that can be made without more ado. */
export const MAPS: readonly MapSpec[] = [
  map('hash', 8, 16, 4),
  map('array', 4, 64, 1),
  { ...map('array', 4, 64, 1, BPF_F_RDONLY_PROG), name: 'readonly' },
  { ...map('array', 4, 64, 1, BPF_F_WRONLY_PROG), name: 'writeonly' },
  map('prog_array', 4, 4, 4),
  map('perf_event_array', 4, 4, 4),
  map('percpu_hash', 8, 16, 4),
  map('percpu_array', 4, 16, 4),
  map('lru_hash', 8, 16, 4),
  map('lru_percpu_hash', 8, 16, 4),
  map('lpm_trie', 8, 16, 4, BPF_F_NO_PREALLOC),
  map('devmap', 4, 4, 4),
  map('cpumap', 4, 4, 2),
  map('xskmap', 4, 4, 4),
  map('sockmap', 4, 4, 4),
  map('sockhash', 8, 4, 4),
  map('devmap_hash', 4, 4, 4),
  map('ringbuf', 0, 0, 4096),
];

const BPF_FUNC = { map_lookup_elem: 1, ringbuf_reserve: 131, sk_lookup_udp: 85 } as const;

/** A program under construction; jumps to its end are filled in at last. */
class Builder {
  readonly code: Instruction[] = [];
  readonly maps = new Map<number, MapReference>();
  readonly toEnd: number[] = [];

  get slots(): number {
    return this.code.reduce((sum, instruction) => sum + slotsOf(instruction), 0);
  }

  add(...code: Instruction[]): this {
    this.code.push(...code);
    return this;
  }

  map(register: number, spec: MapSpec, offset?: number): this {
    this.maps.set(this.slots, offset === undefined ? { map: spec } : { map: spec, offset });
    return this.add(offset === undefined ? lddwMap(register) : lddwMapValue(register, offset));
  }

  toEndIf(jump: Instruction): this {
    this.toEnd.push(this.code.length);
    return this.add(jump);
  }

  finish(type: ProgramType, attachType: number | undefined): VerifierInput {
    const end = this.slots;
    this.add(mov64Imm(0, 1), exit());
    let slot = 0;
    this.code.forEach((instruction, i) => {
      if (this.toEnd.includes(i)) this.code[i] = { ...instruction, offset: end - slot - 1 };
      slot += slotsOf(instruction);
    });
    const attach = attachType === undefined ? {} : { attachType };
    return { type, ...attach, license: 'GPL', code: encode(this.code), maps: this.maps };
  }
}

/** Ways to fill an argument register. r6 holds the context, r7 a map value, r8 a checked packet pointer if there is one. */
const FILLINGS: Readonly<Record<string, (b: Builder, register: number) => void>> = {
  zero: (b, r) => b.add(mov64Imm(r, 0)),
  eight: (b, r) => b.add(mov64Imm(r, 8)),
  large: (b, r) => b.add(mov64Imm(r, 1000)),
  huge: (b, r) => b.add(mov64Imm(r, 0x7fffffff)),
  minus: (b, r) => b.add(mov64Imm(r, -1)),
  byte: (b, r) => b.add(ldx(8, r, 7, 0)),
  byteNotZero: (b, r) => b.add(ldx(8, r, 7, 0), aluImm('and', 64, r, 7), aluImm('add', 64, r, 1)),
  word: (b, r) => b.add(ldx(64, r, 7, 0)),
  unread: (b, r) => b.add(neg(64, r)),
  ctx: (b, r) => b.add(mov64Reg(r, 6)),
  ctxMoved: (b, r) => b.add(mov64Reg(r, 6), aluImm('add', 64, r, 4)),
  stack: (b, r) => b.add(mov64Reg(r, 10), aluImm('add', 64, r, -64)),
  stackTop: (b, r) => b.add(mov64Reg(r, 10), aluImm('add', 64, r, -4)),
  stackOdd: (b, r) => b.add(mov64Reg(r, 10), aluImm('add', 64, r, -63)),
  stackVariable: (b, r) =>
    b.add(ldx(8, r, 7, 0), aluImm('and', 64, r, 8), aluReg('add', 64, r, 10), aluImm('add', 64, r, -64)),
  value: (b, r) => b.add(mov64Reg(r, 7)),
  valueEnd: (b, r) => b.add(mov64Reg(r, 7), aluImm('add', 64, r, 60)),
  readonlyValue: (b, r) => b.map(r, MAPS[2]!, 0),
  writeonlyValue: (b, r) => b.map(r, MAPS[3]!, 0),
  packet: (b, r) => b.add(mov64Reg(r, 8)),
  packetEnd: (b, r) => b.add(mov64Reg(r, 9)),
  frame: (b, r) => b.add(mov64Reg(r, 10)),
};

/** The alternatives an argument is tried with, beside every map. */
const ALTERNATIVES = Object.keys(FILLINGS);

const GOOD: Readonly<Record<HelperArg, string>> = {
  ctx: 'ctx',
  'ctx-or-null': 'ctx',
  map: 'map',
  'map-key': 'stack',
  'map-value': 'stack',
  'mem-read': 'stack',
  'mem-read-or-null': 'stack',
  'mem-write': 'stack',
  'mem-update': 'stack',
  size: 'eight',
  'size-or-zero': 'eight',
  'alloc-size': 'eight',
  'alloc-mem': 'reserved',
  u32: 'zero',
  u64: 'zero',
  address: 'zero',
  'u32-update': 'stack',
  'u64-write': 'stack',
  'sock-release': 'socket',
  'sock-common': 'socket',
  'socket-or-null': 'socket',
  callback: 'zero',
  'callback-ctx': 'zero',
};

function fill(b: Builder, register: number, how: string, maps: { good: MapSpec }): void {
  const given = MAPS.find((spec) => spec.name === how);
  if (how === 'map') b.map(register, maps.good);
  else if (given) b.map(register, given);
  else if (how === 'reserved' || how === 'socket') b.add(mov64Reg(register, 5 + 4));
  else FILLINGS[how]!(b, register);
}

/** One call of a helper, named by what its arguments are. */
export interface HelperCase {
  readonly name: string;
  readonly input: VerifierInput;
}

/**
 * Calls of one helper by programs of one type: with arguments as the table wants them and the map that fits, and with
 * each argument in turn replaced by all kinds of others.
 */
export function* helperCases(row: HelperRow, type: ProgramType, attachType: number | undefined): Generator<HelperCase> {
  const maps = row.args.includes('map') ? MAPS : [MAPS[0]!];
  for (const good of maps) yield build(row, type, attachType, { good }, -1, '');
  for (const good of [bestMap(row)]) {
    for (let i = 0; i < row.args.length; i++) {
      for (const how of [...ALTERNATIVES, ...(row.args[i] === 'map' ? [] : ['hash'])]) {
        yield build(row, type, attachType, { good }, i, how);
      }
    }
  }
}

function bestMap(row: HelperRow): MapSpec {
  const find = (type: string) => MAPS.find((spec) => spec.type === type)!;
  if (row.name.startsWith('ringbuf')) return find('ringbuf');
  if (row.name === 'tail_call') return find('prog_array');
  if (row.name === 'perf_event_output') return find('perf_event_array');
  if (row.name === 'redirect_map') return find('devmap');
  if (row.name === 'map_lookup_percpu_elem') return find('percpu_hash');
  if (row.name.includes('hash')) return find('sockhash');
  if (row.name.includes('redirect') || row.name.startsWith('sock_map')) return find('sockmap');
  return find('hash');
}

function build(
  row: HelperRow,
  type: ProgramType,
  attachType: number | undefined,
  maps: { good: MapSpec },
  replaced: number,
  by: string,
): HelperCase {
  const b = new Builder();
  b.add(mov64Reg(6, 1)).map(7, MAPS[1]!, 0);
  const packet = addPacket(b, type, attachType);
  for (let i = 1; i <= 8; i++) b.add(st(64, 10, -8 * i, 0));
  const hows = row.args.map((arg, i) => (i === replaced ? by : GOOD[arg]));
  if (hows.includes('reserved')) addReserved(b);
  else if (hows.includes('socket')) addSocket(b);
  else if (!packet) b.add(mov64Imm(8, 0), mov64Imm(9, 0));
  // Maps and values first: filling them clobbers nothing.
  hows.forEach((how, i) => {
    if (how !== 'unread') fill(b, i + 1, how, maps);
  });
  b.add(call(row.id));
  if (row.returns.endsWith('-or-null')) b.toEndIf(jmpImm('jeq', 0, 0, 0)).add(ldx(8, 1, 0, 4));
  else if (row.returns !== 'void') b.add(mov64Reg(1, 0));
  const name = `${type}/${attachType ?? ''} ${row.name}(${hows.join(', ')}) map ${maps.good.name}`;
  return { name, input: b.finish(type, attachType) };
}

/** r8 = packet start with 64 bytes checked, r9 = its end; false where the type has no packet. */
function addPacket(b: Builder, type: ProgramType, attachType: number | undefined): boolean {
  const context = contextOf(type);
  const field = (name: string) => context?.fields.find((f) => f.name === name);
  const data = field('data');
  const end = field('data_end');
  if (!context || !data || !end) return false;
  const readable = contextFieldFor(context, { offset: data.offset, size: data.size, write: false, type, attachType });
  if (!readable) return false;
  const bits = data.size === 8 ? 64 : 32;
  b.add(ldx(bits, 8, 6, data.offset), ldx(bits, 9, 6, end.offset), mov64Reg(0, 8), aluImm('add', 64, 0, 64));
  b.toEndIf(jmpReg('jgt', 0, 9, 0));
  return true;
}

/** r9 = 8 bytes reserved in a ring buffer. */
function addReserved(b: Builder): void {
  b.map(1, MAPS.find(({ type }) => type === 'ringbuf')!).add(
    mov64Imm(2, 8),
    mov64Imm(3, 0),
    call(BPF_FUNC.ringbuf_reserve),
  );
  b.toEndIf(jmpImm('jeq', 0, 0, 0)).add(mov64Reg(9, 0));
}

/** r9 = a socket that was looked up. */
function addSocket(b: Builder): void {
  b.add(mov64Reg(1, 6), mov64Reg(2, 10), aluImm('add', 64, 2, -64), mov64Imm(3, 12), mov64Imm(4, -1), mov64Imm(5, 0));
  b.add(call(BPF_FUNC.sk_lookup_udp))
    .toEndIf(jmpImm('jeq', 0, 0, 0))
    .add(mov64Reg(9, 0));
}
