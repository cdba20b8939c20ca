import { BtfBuilder } from '../btf/build.ts';
import * as isa from '../isa/index.ts';
import type { ObjectSource } from './write-object.ts';

/** Two xdp programs that count into map `hits`, read `.rodata` and call a common function in `.text`. */
export function sampleSource(): ObjectSource {
  const btf = new BtfBuilder();
  const u32 = btf.add({ kind: 'int', name: 'unsigned int', size: 4, encoding: 'unsigned', bitOffset: 0, bits: 32 });
  const u64 = btf.add({
    kind: 'int',
    name: 'unsigned long long',
    size: 8,
    encoding: 'unsigned',
    bitOffset: 0,
    bits: 64,
  });
  const proto = btf.add({
    kind: 'func_proto',
    returns: u32,
    params: [{ name: 'ctx', type: btf.add({ kind: 'ptr', type: 0 }) }],
  });
  const scalarProto = btf.add({ kind: 'func_proto', returns: u32, params: [{ name: 'x', type: u32 }] });
  const func = (name: string, type: number, linkage: 'static' | 'global') =>
    btf.add({ kind: 'func', name, type, linkage });
  const first = func('first', proto, 'global');
  const second = func('second', proto, 'global');
  const double = func('double_it', scalarProto, 'static');
  const line = (slot: number, number: number) => ({
    slot,
    file: 'sample.bpf.ts',
    text: `line ${number}`,
    line: number,
    column: 3,
  });
  const main = isa.encode([
    isa.st(32, 10, -4, 7),
    isa.lddwMap(1),
    isa.mov64Reg(2, 10),
    isa.alu64Imm('add', 2, -4),
    isa.call(1),
    isa.jmpImm('jeq', 0, 0, 2),
    isa.mov64Imm(1, 1),
    isa.atomic('add', 64, 0, 0, 1),
    isa.lddwMapValue(1, 0),
    isa.ldx(32, 1, 1, 0),
    isa.callLocal(0),
    isa.exit(),
  ]);
  const references = [
    { kind: 'map', slot: 1, map: 'hits' },
    { kind: 'data', slot: 9, section: '.rodata', offset: 4 },
    { kind: 'call', slot: 12, function: 'double_it' },
  ] as const;
  return {
    license: 'GPL',
    functions: [
      { name: 'first', section: 'xdp', code: main, typeId: first, references, lines: [line(0, 10), line(9, 12)] },
      { name: 'second', section: 'xdp', code: main, typeId: second, references, lines: [line(0, 20)] },
      {
        name: 'double_it',
        section: '.text',
        code: isa.encode([isa.mov64Reg(0, 1), isa.alu64Reg('add', 0, 1), isa.exit()]),
        typeId: double,
        references: [],
        lines: [line(0, 30)],
      },
    ],
    maps: [
      {
        name: 'hits',
        type: 'hash',
        keySize: 4,
        valueSize: 8,
        maxEntries: 16,
        flags: 0,
        keyTypeId: u32,
        valueTypeId: u64,
      },
    ],
    data: [
      {
        section: '.rodata',
        bytes: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0),
        variables: [{ name: 'VERDICT', offset: 4, size: 4, typeId: u32 }],
      },
    ],
    btf,
  };
}
