import { type MapType, sectionRow } from '@sluice/ebpf';
import * as programs from '../bpf/programs.ts';
import { Refusal, type Span } from '../diagnostics/problem.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import { Builder } from '../ir/builder.ts';
import { paddingIn } from '../types/layout.ts';
import { spanOf } from '../types/resolve.ts';
import { alignOf, INTS, type StoredType, sizeOf } from '../types/type.ts';
import { evaluate, evaluateNumber } from './constant.ts';
import { cast } from './convert.ts';
import { functionNamed } from './function-call.ts';
import { describe } from './map-call.ts';
import { surfaceName, symbolOf } from './names.ts';
import type { FunctionNode, MapDeclaration, Unit } from './unit.ts';

/** Map constructors: the map's type and what their arguments are. */
const MAPS: Readonly<Record<string, { type: MapType; args: 'key value' | 'value' | 'none'; slots?: true }>> = {
  hashMap: { type: 'hash', args: 'key value' },
  percpuHashMap: { type: 'percpu_hash', args: 'key value' },
  lruHashMap: { type: 'lru_hash', args: 'key value' },
  lruPercpuHashMap: { type: 'lru_percpu_hash', args: 'key value' },
  lpmTrieMap: { type: 'lpm_trie', args: 'key value' },
  arrayMap: { type: 'array', args: 'value' },
  percpuArrayMap: { type: 'percpu_array', args: 'value' },
  progArray: { type: 'prog_array', args: 'none', slots: true },
  ringBuffer: { type: 'ringbuf', args: 'none' },
  perfEventArray: { type: 'perf_event_array', args: 'none', slots: true },
  devMap: { type: 'devmap', args: 'none', slots: true },
  devMapHash: { type: 'devmap_hash', args: 'none', slots: true },
  cpuMap: { type: 'cpumap', args: 'none', slots: true },
  xskMap: { type: 'xskmap', args: 'none', slots: true },
};

const BPF_F_NO_PREALLOC = 1;

/** Whether a name of the surface declares a map, a constant, a variable or a program. */
export function isDeclaration(name: string): boolean {
  return Object.hasOwn(MAPS, name) || name === 'config' || name === 'global' || Object.hasOwn(programs, name);
}

/** Finds what the modules declare: maps, load-time constants, globals; and in the entry, programs and the licence. */
export function collectDeclarations(unit: Unit): void {
  for (const file of unit.front.files) {
    const isEntry = file === unit.front.entry;
    for (const statement of file.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      for (const declaration of statement.declarationList.declarations) {
        try {
          collect(unit, declaration, isEntry);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          unit.problems.push(error.problem);
        }
      }
    }
  }
}

function collect(unit: Unit, declaration: TypeScript.VariableDeclaration, isEntry: boolean): void {
  const { initializer, name } = declaration;
  if (!initializer || !ts.isIdentifier(name)) return;
  if (isEntry && name.text === 'license') {
    if (ts.isStringLiteralLike(initializer)) unit.license = initializer.text;
    return;
  }
  if (!ts.isCallExpression(initializer) || !ts.isIdentifier(initializer.expression)) return;
  const maker = surfaceName(unit.checker, initializer.expression);
  if (maker === undefined) return;
  const symbol = unit.checker.getSymbolAtLocation(name)!;
  const span = spanOf(declaration);
  if (Object.hasOwn(MAPS, maker)) {
    const map = readMap(unit, name.text, maker, initializer, span);
    unit.maps.set(symbol, map);
    if (isEntry) unit.usedMaps.add(map);
  } else if (maker === 'config' || maker === 'global') {
    placeData(unit, symbol, name.text, maker, initializer, span);
  } else if (Object.hasOwn(programs, maker) && isEntry) {
    readProgram(unit, name.text, maker, initializer, span);
  }
}

function readMap(unit: Unit, name: string, maker: string, call: TypeScript.CallExpression, span: Span): MapDeclaration {
  const { type, args, slots } = MAPS[maker]!;
  const described = (i: number): StoredType => {
    const node = call.arguments[i]!;
    const found = describe(unit, node, spanOf(node));
    if (!found) throw new Refusal('S026', spanOf(node), `${node.getText()} describes no type that a map can hold.`);
    const gap = paddingIn(found);
    if (gap) {
      const message = `${gap.struct} has ${gap.bytes} bytes of padding after ${gap.after}, which the kernel would compare and show.`;
      throw new Refusal('S012', spanOf(node), message, 'Add a field of that size.');
    }
    return found;
  };
  const options = optionsOf(call.arguments.at(-1));
  const number = (option: string): number | undefined => {
    const node = options.get(option);
    return node && evaluateNumber(unit, node, spanOf(node));
  };
  const maxEntries = number(type === 'ringbuf' ? 'bytes' : 'maxEntries');
  if (maxEntries === undefined || maxEntries <= 0) {
    throw new Refusal('S009', span, `Map ${name} needs a size above 0 that is known at compile time.`);
  }
  if (type === 'ringbuf' && (maxEntries % 4096 !== 0 || (maxEntries & (maxEntries - 1)) !== 0)) {
    throw new Refusal('S004', span, `A ring buffer of ${maxEntries} bytes is not a power of two of whole pages.`);
  }
  const key = args === 'key value' ? described(0) : args === 'value' || slots ? INTS.u32 : undefined;
  const value = args === 'key value' ? described(1) : args === 'value' ? described(0) : slots ? INTS.u32 : undefined;
  return {
    name,
    type,
    ...(key ? { key } : {}),
    ...(value ? { value } : {}),
    maxEntries,
    flags: (number('flags') ?? 0) | (type === 'lpm_trie' ? BPF_F_NO_PREALLOC : 0),
    pinned: options.get('pinned')?.kind === ts.SyntaxKind.TrueKeyword,
    span,
  };
}

function optionsOf(node: TypeScript.Expression | undefined): Map<string, TypeScript.Expression> {
  const options = new Map<string, TypeScript.Expression>();
  if (!node || !ts.isObjectLiteralExpression(node)) return options;
  for (const property of node.properties) {
    if (ts.isPropertyAssignment(property)) options.set(property.name.getText(), property.initializer);
    else if (ts.isShorthandPropertyAssignment(property)) options.set(property.name.text, property.name);
  }
  return options;
}

function placeData(
  unit: Unit,
  symbol: TypeScript.Symbol,
  name: string,
  maker: 'config' | 'global',
  call: TypeScript.CallExpression,
  span: Span,
): void {
  const type = describe(unit, call.arguments[0]!, span);
  if (!type) throw new Refusal('S026', span, `${name} has no type that can be stored.`);
  const section = maker === 'config' ? '.rodata' : '.bss';
  const align = Math.max(alignOf(type), type.kind === 'int' ? 1 : 8);
  const end = maker === 'config' ? unit.rodata.length : unit.bssSize;
  const offset = Math.ceil(end / align) * align;
  unit.data.set(symbol, { name, section, type, offset });
  if (maker === 'global') {
    unit.bssSize = offset + sizeOf(type);
    return;
  }
  while (unit.rodata.length < offset + sizeOf(type)) unit.rodata.push(0);
  const initial = call.arguments[1];
  if (!initial || type.kind !== 'int') return;
  const value = evaluate(unit, initial, span);
  const b = new Builder('initial', span, []);
  const operand =
    value.kind === 'literal'
      ? value.value
      : value.kind === 'int' && value.operand.kind === 'const'
        ? (cast(b, value.operand, value.type, type) as { value: bigint }).value
        : 0n;
  for (let i = 0; i < sizeOf(type); i++) unit.rodata[offset + i] = Number((operand >> BigInt(8 * i)) & 255n);
}

function readProgram(unit: Unit, name: string, maker: string, call: TypeScript.CallExpression, span: Span): void {
  const isGeneric = maker === 'program';
  const callback = call.arguments[isGeneric ? 1 : 0];
  const node = callback && functionOf(unit, callback);
  if (!node) throw new Refusal('S010', span, `Program ${name} needs a function here.`);
  const named = call.arguments[0];
  if (isGeneric && !(named && ts.isStringLiteralLike(named))) {
    throw new Refusal('S024', span, "A program's section is written as a string.");
  }
  const makers = programs as unknown as Record<string, (...args: unknown[]) => { section: string }>;
  const section = isGeneric ? (named as TypeScript.StringLiteralLike).text : makers[maker]!(undefined).section;
  const row = sectionRow(section);
  if (!row) throw new Refusal('S024', span, `Section ${section} names no known kind of program.`);
  const { type, attachType } = row;
  unit.programs.push({ name, section, type, ...(attachType === undefined ? {} : { attachType }), node, span });
}

function functionOf(unit: Unit, node: TypeScript.Expression): FunctionNode | undefined {
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return node;
  return ts.isIdentifier(node) ? functionNamed(symbolOf(unit.checker, node)) : undefined;
}
