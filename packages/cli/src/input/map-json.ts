import { type Btf, type BtfValue, encodeBtfValue, type MapSpec } from '@sluice/ebpf';
import { parseIpv4, parseMac } from '@sluice/wire';
import { EXIT, Exit } from '../exit-codes.ts';

/** One entry of a map, in the map's own layout. */
export interface RawEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * Reads map entries from JSON, by the map's BTF types. The text is either an object (`{"192.0.2.66": 0}`: keys are the
 * map's keys as text) or a list of `{"key": …, "value": …}`, where both may be structs. An IPv4 address stands for its
 * four bytes as in a packet, a MAC address for its six, `0x…` for an integer.
 */
export function readMapJson(file: string, text: string, spec: MapSpec, btf: Btf | undefined): RawEntry[] {
  const { keyTypeId, valueTypeId } = spec;
  if (!btf || keyTypeId === undefined || valueTypeId === undefined) {
    throw bad(file, `map ${spec.name} has no type information, so JSON cannot be laid out`);
  }
  return pairs(file, parse(file, text)).map(([key, value], i) => ({
    key: layOut(file, btf, keyTypeId, key, `entry ${i + 1}, key`),
    value: layOut(file, btf, valueTypeId, value, `entry ${i + 1}, value`),
  }));
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    const line = at === undefined ? '' : `:${text.slice(0, Number(at)).split('\n').length}`;
    throw new Exit(EXIT.DATA, [`${file}${line}: error: not JSON: ${(error as Error).message.split('\n')[0]}`]);
  }
}

function pairs(file: string, json: unknown): (readonly [unknown, unknown])[] {
  if (Array.isArray(json)) {
    return json.map((entry, i) => {
      if (typeof entry === 'object' && entry !== null && 'key' in entry && 'value' in entry)
        return [entry.key, entry.value];
      throw bad(file, `entry ${i + 1} needs key and value`);
    });
  }
  if (typeof json === 'object' && json !== null) return Object.entries(json);
  throw bad(file, 'an object, or a list of {"key": …, "value": …}, is expected');
}

function layOut(file: string, btf: Btf, id: number, json: unknown, path: string): Uint8Array {
  const bytes = new Uint8Array(btf.sizeOf(id) ?? 0);
  const complaint = encodeBtfValue(btf, id, coerce(file, btf, id, json, path), bytes, 0, path);
  if (complaint) throw bad(file, complaint);
  return bytes;
}

function coerce(file: string, btf: Btf, id: number, json: unknown, path: string): BtfValue {
  const type = btf.type(btf.strip(id));
  if (typeof json === 'number' || typeof json === 'boolean') return json;
  if (typeof json === 'string') return coerceText(file, btf, id, json, path);
  if (type.kind === 'array' && Array.isArray(json)) {
    return json.map((item, i) => coerce(file, btf, type.element, item, `${path}[${i}]`));
  }
  if (type.kind === 'struct' && typeof json === 'object' && json !== null) {
    const fields = Object.entries(json).map(([name, field]) => {
      const member = type.members.find((candidate) => candidate.name === name);
      if (!member) throw bad(file, `${path}.${name}: struct ${type.name} has no such field`);
      return [name, coerce(file, btf, member.type, field, `${path}.${name}`)] as const;
    });
    return Object.fromEntries(fields);
  }
  throw bad(file, `${path}: ${JSON.stringify(json)} does not fit a ${type.kind}`);
}

function coerceText(file: string, btf: Btf, id: number, text: string, path: string): BtfValue {
  const size = btf.sizeOf(id);
  const ip = parseIpv4(text);
  if (ip !== undefined && size === 4) return isNetworkOrder(btf, id) ? ip : swap(ip);
  const mac = parseMac(text);
  if (mac && size === 6) return mac;
  if (/^-?(0x[0-9a-f]+|\d+)$/i.test(text)) return BigInt(text);
  throw bad(file, `${path}: '${text}' is neither a number nor an address of ${size} bytes`);
}

function isNetworkOrder(btf: Btf, id: number): boolean {
  const type = btf.type(id);
  return type.kind === 'typedef' && (type.name.startsWith('__be') || isNetworkOrder(btf, type.type));
}

const swap = (n: number): number =>
  (((n & 0xff) << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24)) >>> 0;

const bad = (file: string, message: string): Exit => new Exit(EXIT.DATA, [`${file}: error: ${message}`]);
