import type { Btf } from './btf.ts';
import type { BtfType } from './types.ts';

/**
 * A type as C declares it: `struct key {\n\t__u32 id;\n};`, `int (*)(void)`. Structs inside are named, not spelled out,
 * unless they have no name.
 */
export function formatBtfType(btf: Btf, id: number): string {
  const type = btf.type(id);
  switch (type.kind) {
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
      return `${body(btf, type, '')};`;
    case 'typedef':
      return `typedef ${declare(btf, type.type, type.name)};`;
    case 'func':
      return `${declare(btf, type.type, type.name)};`;
    case 'var':
      return `${declare(btf, type.type, type.name)};`;
    case 'fwd':
      return `${type.of} ${type.name};`;
    default:
      return declare(btf, id, '');
  }
}

/** `name` declared as of that type: `__u8 mac[6]`, `struct foo *next`. */
export function declare(btf: Btf, id: number, name: string, indent = ''): string {
  const { base, declarator } = unwind(btf, id, name, indent, 0);
  return declarator === '' ? base : `${base} ${declarator}`;
}

function unwind(
  btf: Btf,
  id: number,
  inner: string,
  indent: string,
  depth: number,
): { base: string; declarator: string } {
  if (depth > 32) return { base: '/* endless */ void', declarator: inner };
  const next = (to: number, declarator: string) => unwind(btf, to, declarator, indent, depth + 1);
  const type = btf.type(id);
  switch (type.kind) {
    case 'ptr': {
      const target = btf.kind(type.type);
      return next(type.type, target === 'array' || target === 'func_proto' ? `(*${inner})` : `*${inner}`);
    }
    case 'array':
      return next(type.element, `${inner}[${type.count}]`);
    case 'func_proto': {
      const params = type.params.map((p) => (p.type === 0 && p.name === '' ? '...' : declare(btf, p.type, p.name)));
      return next(type.returns, `${inner}(${params.length === 0 ? 'void' : params.join(', ')})`);
    }
    case 'const':
    case 'volatile':
    case 'restrict': {
      const isPointer = btf.kind(type.type) === 'ptr';
      if (isPointer) return next(type.type, inner === '' ? type.kind : `${type.kind} ${inner}`);
      const { base, declarator } = next(type.type, inner);
      return { base: `${type.kind} ${base}`, declarator };
    }
    case 'type_tag':
      return next(type.type, inner);
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
      return {
        base: type.name === '' ? body(btf, type, indent) : `${keyword(type.kind)} ${type.name}`,
        declarator: inner,
      };
    case 'int':
    case 'float':
    case 'typedef':
      return { base: type.name, declarator: inner };
    case 'fwd':
      return { base: `${type.of} ${type.name}`, declarator: inner };
    case 'void':
      return { base: 'void', declarator: inner };
    case 'func':
    case 'var':
    case 'datasec':
    case 'decl_tag':
      return { base: type.name, declarator: inner };
    default:
      return type satisfies never;
  }
}

type Bodied = Extract<BtfType, { kind: 'struct' | 'union' } | { kind: 'enum' | 'enum64' }>;

function body(btf: Btf, type: Bodied, indent: string): string {
  const head = type.name === '' ? keyword(type.kind) : `${keyword(type.kind)} ${type.name}`;
  const inside = `${indent}\t`;
  const lines =
    'members' in type
      ? type.members.map((m) => {
          const bits = m.bitSize === 0 ? '' : `: ${m.bitSize}`;
          return `${inside}${declare(btf, m.type, m.name, inside)}${bits};`;
        })
      : type.values.map((v) => `${inside}${v.name} = ${v.value},`);
  return `${head} {\n${lines.join('\n')}\n${indent}}`;
}

function keyword(kind: Bodied['kind']): string {
  return kind === 'enum64' ? 'enum' : kind;
}
