import { readBtfType } from './read-type.ts';
import { stringAt } from './strings.ts';
import {
  BTF_HEADER_BYTES,
  BTF_KINDS,
  BTF_MAGIC,
  BTF_TYPE_BYTES,
  type BtfKind,
  type BtfProblem,
  type BtfType,
  btfExtraBytes,
} from './types.ts';

export type BtfResult = { readonly ok: true; readonly btf: Btf } | { readonly ok: false; readonly problem: BtfProblem };

/**
 * BTF type information over its bytes. Types are decoded when asked for, so that a kernel's 5 MB cost one pass over
 * the headers.
 */
export class Btf {
  readonly #view: DataView;
  readonly #strings: Uint8Array;
  readonly #offsets: Uint32Array;
  readonly #decoded = new Map<number, BtfType>();
  #names: Map<string, number[]> | undefined;

  /** Use `parseBtf`. `offsets` holds the byte offset of each type by id; entry 0 is unused. */
  constructor(view: DataView, strings: Uint8Array, offsets: Uint32Array) {
    this.#view = view;
    this.#strings = strings;
    this.#offsets = offsets;
  }

  /** Number of types, `void` (id 0) included: ids are below it. */
  get count(): number {
    return this.#offsets.length;
  }

  /** The type of that id; `void` for 0 and for ids that do not exist. */
  type(id: number): BtfType {
    const known = this.#decoded.get(id);
    if (known) return known;
    const offset = id === 0 ? undefined : this.#offsets[id];
    if (offset === undefined) return VOID;
    const type = readBtfType(this.#view, offset, (at) => this.string(at));
    this.#decoded.set(id, type);
    return type;
  }

  kind(id: number): BtfKind {
    const offset = id === 0 ? undefined : this.#offsets[id];
    return offset === undefined ? 'void' : BTF_KINDS[(this.#view.getUint32(offset + 4, true) >>> 24) & 31]!;
  }

  /** The string at that offset of the string section, or '' where there is none. */
  string(offset: number): string {
    return stringAt(this.#strings, offset) ?? '';
  }

  /** Id of the first type with that name (and kind), or undefined. */
  find(name: string, kind?: BtfKind): number | undefined {
    this.#names ??= this.#indexNames();
    return this.#names.get(name)?.find((id) => kind === undefined || this.kind(id) === kind);
  }

  /** The id behind typedefs, qualifiers and tags. */
  strip(id: number): number {
    for (let depth = 0; depth < 64; depth++) {
      const type = this.type(id);
      switch (type.kind) {
        case 'typedef':
        case 'volatile':
        case 'const':
        case 'restrict':
        case 'type_tag':
          id = type.type;
          break;
        default:
          return id;
      }
    }
    return 0;
  }

  /** Size in bytes, or undefined for what has none (void, functions, endless types). */
  sizeOf(id: number, depth = 0): number | undefined {
    if (depth > 32) return undefined;
    const type = this.type(this.strip(id));
    switch (type.kind) {
      case 'int':
      case 'float':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'datasec':
        return type.size;
      case 'ptr':
        return 8;
      case 'array': {
        const element = this.sizeOf(type.element, depth + 1);
        return element === undefined ? undefined : element * type.count;
      }
      case 'var':
        return this.sizeOf(type.type, depth + 1);
      default:
        return undefined;
    }
  }

  #indexNames(): Map<string, number[]> {
    const names = new Map<string, number[]>();
    // One string of a character per byte: cutting pieces out of it is much faster than decoding each.
    const text = new TextDecoder('latin1').decode(this.#strings);
    for (let id = 1; id < this.count; id++) {
      const nameOffset = this.#view.getUint32(this.#offsets[id]!, true);
      if (nameOffset === 0) continue;
      const name = text.slice(nameOffset, text.indexOf('\0', nameOffset));
      const ids = names.get(name);
      if (ids) ids.push(id);
      else names.set(name, [id]);
    }
    return names;
  }
}

const VOID: BtfType = { kind: 'void' };

/**
 * Reads a `.BTF` section (or /sys/kernel/btf/vmlinux), little endian. Everything that later decoding relies on is
 * checked here: lengths, kinds, string offsets and type ids. Never throws.
 *
 * Spec: Linux Documentation/bpf/btf.rst.
 */
export function parseBtf(bytes: Uint8Array): BtfResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < BTF_HEADER_BYTES) return problem('B001', 0, `${bytes.length} bytes are too few for a BTF header`);
  if (view.getUint16(0, true) !== BTF_MAGIC) return problem('B001', 0, 'not BTF: the magic number is not 0xeb9f');
  if (view.getUint8(2) !== 1) return problem('B001', 2, `BTF version ${view.getUint8(2)} is not known`);
  const headerLength = view.getUint32(4, true);
  const types = headerLength + view.getUint32(8, true);
  const typesEnd = types + view.getUint32(12, true);
  const strings = headerLength + view.getUint32(16, true);
  const stringsEnd = strings + view.getUint32(20, true);
  if (headerLength < BTF_HEADER_BYTES || typesEnd > bytes.length || stringsEnd > bytes.length) {
    return problem('B001', 4, 'the BTF header points beyond the section');
  }
  const stringBytes = bytes.subarray(strings, stringsEnd);
  if (stringBytes.length === 0 || stringBytes[0] !== 0 || stringBytes.at(-1) !== 0) {
    return problem('B002', strings, 'the BTF string section does not begin and end with a zero byte');
  }
  const offsets: number[] = [0];
  for (let at = types; at < typesEnd; ) {
    const end = at + BTF_TYPE_BYTES;
    if (end > typesEnd) return problem('B003', at, `BTF type ${offsets.length} is cut off`);
    const info = view.getUint32(at + 4, true);
    const kind = BTF_KINDS[(info >>> 24) & 31];
    if (kind === undefined || kind === 'void') {
      return problem('B003', at, `BTF type ${offsets.length} has unknown kind ${(info >>> 24) & 31}`);
    }
    const next = end + btfExtraBytes(kind, info & 0xffff);
    if (next > typesEnd) return problem('B003', at, `BTF type ${offsets.length} (${kind}) is cut off`);
    if (view.getUint32(at, true) >= stringBytes.length) {
      return problem('B004', at, `BTF type ${offsets.length} (${kind}) has its name outside the string section`);
    }
    offsets.push(at);
    at = next;
  }
  return { ok: true, btf: new Btf(view, stringBytes, Uint32Array.from(offsets)) };
}

function problem(code: BtfProblem['code'], offset: number, message: string): BtfResult {
  return { ok: false, problem: { code, offset, message } };
}
