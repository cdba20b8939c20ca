import { StringTable } from './strings.ts';
import { BTF_HEADER_BYTES, BTF_KINDS, BTF_LINKAGES, BTF_MAGIC, type BtfType } from './types.ts';

/**
 * Writes BTF. Types that say the same are stored once; the same calls in the same order give the same bytes. A type
 * may refer to ids that come later (`reserve`), as a struct that points to itself does.
 *
 * Spec: Linux Documentation/bpf/btf.rst.
 */
export class BtfBuilder {
  readonly strings = new StringTable();
  readonly #types: (BtfType | undefined)[] = [{ kind: 'void' }];
  readonly #ids = new Map<string, number>();

  /** Id of that type, adding it where it is new. */
  add(type: BtfType): number {
    if (type.kind === 'void') return 0;
    const key = keyOf(type);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#types.push(type) - 1;
    this.#ids.set(key, id);
    return id;
  }

  /** An id whose type is given later, by `define`. */
  reserve(): number {
    return this.#types.push(undefined) - 1;
  }

  define(id: number, type: BtfType): void {
    this.#types[id] = type;
  }

  type(id: number): BtfType {
    return this.#types[id] ?? { kind: 'void' };
  }

  /** The `.BTF` section. Strings added up to now (by line info, say) are in it. */
  bytes(): Uint8Array {
    const words: number[] = [];
    for (const type of this.#types.slice(1)) {
      if (type === undefined) throw new Error('a BTF type was reserved and never defined');
      this.#writeType(words, type);
    }
    const strings = this.strings.bytes();
    const out = new Uint8Array(BTF_HEADER_BYTES + 4 * words.length + strings.length);
    const view = new DataView(out.buffer);
    view.setUint16(0, BTF_MAGIC, true);
    view.setUint8(2, 1);
    view.setUint32(4, BTF_HEADER_BYTES, true);
    view.setUint32(12, 4 * words.length, true);
    view.setUint32(16, 4 * words.length, true);
    view.setUint32(20, strings.length, true);
    words.forEach((word, i) => {
      view.setUint32(BTF_HEADER_BYTES + 4 * i, word, true);
    });
    out.set(strings, BTF_HEADER_BYTES + 4 * words.length);
    return out;
  }

  #writeType(words: number[], type: BtfType): void {
    const text = (name: string) => this.strings.add(name);
    const head = (name: string, sizeOrType: number, vlen = 0, flag = false) => {
      const kind = BTF_KINDS.indexOf(type.kind);
      words.push(text(name), ((flag ? 0x80000000 : 0) | (kind << 24) | vlen) >>> 0, sizeOrType);
    };
    switch (type.kind) {
      case 'void':
        throw new Error('void has no BTF record');
      case 'int':
        head(type.name, type.size);
        words.push((ENCODING[type.encoding] << 24) | (type.bitOffset << 16) | type.bits);
        break;
      case 'float':
        head(type.name, type.size);
        break;
      case 'ptr':
      case 'volatile':
      case 'const':
      case 'restrict':
        head('', type.type);
        break;
      case 'typedef':
      case 'type_tag':
        head(type.name, type.type);
        break;
      case 'array':
        head('', 0);
        words.push(type.element, type.index, type.count);
        break;
      case 'struct':
      case 'union': {
        const bitFields = type.members.some((member) => member.bitSize !== 0);
        head(type.name, type.size, type.members.length, bitFields);
        for (const { name, type: id, bitOffset, bitSize } of type.members) {
          words.push(text(name), id, ((bitFields ? bitSize << 24 : 0) | bitOffset) >>> 0);
        }
        break;
      }
      case 'enum':
        head(type.name, type.size, type.values.length, type.signed);
        for (const { name, value } of type.values) words.push(text(name), Number(BigInt.asUintN(32, value)));
        break;
      case 'enum64':
        head(type.name, type.size, type.values.length, type.signed);
        for (const { name, value } of type.values) {
          words.push(text(name), Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)));
        }
        break;
      case 'fwd':
        head(type.name, 0, 0, type.of === 'union');
        break;
      case 'func':
        head(type.name, type.type, BTF_LINKAGES.indexOf(type.linkage));
        break;
      case 'func_proto':
        head('', type.returns, type.params.length);
        for (const param of type.params) words.push(text(param.name), param.type);
        break;
      case 'var':
        head(type.name, type.type);
        words.push(BTF_LINKAGES.indexOf(type.linkage));
        break;
      case 'datasec':
        head(type.name, type.size, type.variables.length);
        for (const variable of type.variables) words.push(variable.type, variable.offset, variable.size);
        break;
      case 'decl_tag':
        head(type.name, type.type);
        words.push(type.component >>> 0);
        break;
      default: {
        unreachable(type);
      }
    }
  }
}

const ENCODING = { unsigned: 0, signed: 1, char: 2, bool: 4 } as const;

function unreachable(type: never): never {
  throw new Error(`unknown BTF type ${JSON.stringify(type)}`);
}

function keyOf(type: BtfType): string {
  return JSON.stringify(type, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}
