import type { Capture, CapturedPacket, CaptureInterface, CaptureProblem } from './capture.ts';
import { PACKET_BYTES_MAX } from './read-pcap.ts';

export const SECTION_HEADER_BLOCK = 0x0a0d0d0a;
const INTERFACE_BLOCK = 1;
const OLD_PACKET_BLOCK = 2;
const SIMPLE_PACKET_BLOCK = 3;
const ENHANCED_PACKET_BLOCK = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPT_END = 0;
const OPT_COMMENT = 1;
const IF_NAME = 2;
const IF_TSRESOL = 9;

/** An interface with what its packets' times need: units per second. */
interface Source extends CaptureInterface {
  readonly unitsPerSecond: bigint;
}

/**
 * Reads a pcapng file: sections, interfaces, enhanced, simple and old packet blocks; other blocks are passed over.
 * Never throws. Spec: draft-ietf-opsawg-pcapng.
 */
export function readPcapng(file: Uint8Array): Capture {
  const reader = new PcapngReader(file);
  const problem = reader.readBlocks();
  const interfaces = reader.sources.map(({ unitsPerSecond: _, ...rest }): CaptureInterface => rest);
  return { format: 'pcapng', interfaces, packets: reader.packets, ...(problem ? { problem } : {}) };
}

class PcapngReader {
  readonly packets: CapturedPacket[] = [];
  readonly sources: Source[] = [];
  readonly #file: Uint8Array;
  readonly #view: DataView;
  #little = true;
  /** Interface ids count from 0 in each section. */
  #sectionBase = 0;

  constructor(file: Uint8Array) {
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  readBlocks(): CaptureProblem | undefined {
    let at = 0;
    while (at < this.#file.length) {
      if (at + 12 > this.#file.length) return this.#stop('truncated', 'the file ends inside a block header', at);
      const type = this.#u32(at);
      if (type === SECTION_HEADER_BLOCK) {
        const problem = this.#openSection(at);
        if (problem) return problem;
      }
      const length = this.#u32(at + 4);
      if (length < 12 || length % 4 !== 0) return this.#stop('malformed', `a block claims ${length} bytes`, at + 4);
      if (at + length > this.#file.length) {
        return this.#stop('truncated', `a block has ${this.#file.length - at} of its ${length} bytes`, at);
      }
      const message = this.#readBlock(type, at + 8, at + length - 4);
      if (message !== undefined) return this.#stop('malformed', message, at);
      at += length;
    }
    return undefined;
  }

  #openSection(at: number): CaptureProblem | undefined {
    if (at + 28 > this.#file.length) return this.#stop('truncated', 'the file ends inside a section header', at);
    const magic = this.#view.getUint32(at + 8, true);
    if (magic !== BYTE_ORDER_MAGIC && magic !== 0x4d3c2b1a) {
      return this.#stop('malformed', 'a section has no byte-order magic', at + 8);
    }
    this.#little = magic === BYTE_ORDER_MAGIC;
    this.#sectionBase = this.sources.length;
    return undefined;
  }

  /** Returns what is wrong, or undefined. */
  #readBlock(type: number, at: number, end: number): string | undefined {
    if (type === INTERFACE_BLOCK) return this.#readInterface(at, end);
    if (type === ENHANCED_PACKET_BLOCK || type === OLD_PACKET_BLOCK) {
      const id = type === OLD_PACKET_BLOCK ? this.#u16(at) : this.#u32(at);
      return this.#readPacket(id, at, end);
    }
    return type === SIMPLE_PACKET_BLOCK ? this.#readSimplePacket(at, end) : undefined;
  }

  #readInterface(at: number, end: number): string | undefined {
    if (end - at < 8) return 'an interface block is too short';
    let name: string | undefined;
    let unitsPerSecond = 1_000_000n;
    this.#eachOption(at + 8, end, (code, from, length) => {
      if (code === IF_NAME) name = this.#text(from, length);
      if (code === IF_TSRESOL && length === 1) {
        const resolution = this.#file[from]!;
        const exponent = BigInt(Math.min(resolution & 0x7f, resolution & 0x80 ? 63 : 18));
        unitsPerSecond = resolution & 0x80 ? 1n << exponent : 10n ** exponent;
      }
    });
    const source: Source = { linkType: this.#u16(at), snapLength: this.#u32(at + 4), unitsPerSecond };
    this.sources.push(name === undefined ? source : { ...source, name });
    return undefined;
  }

  #readPacket(id: number, at: number, end: number): string | undefined {
    const number = this.packets.length + 1;
    if (end - at < 20) return `packet ${number}'s block is too short`;
    const index = this.#sectionBase + id;
    const source = this.sources[index];
    if (!source) return `packet ${number} names interface ${id}, which is not described`;
    const length = this.#u32(at + 12);
    if (length > PACKET_BYTES_MAX || at + 20 + length > end) return `packet ${number} claims ${length} bytes`;
    const units = (BigInt(this.#u32(at + 4)) << 32n) | BigInt(this.#u32(at + 8));
    let comment: string | undefined;
    this.#eachOption(at + 20 + ((length + 3) & ~3), end, (code, from, size) => {
      if (code === OPT_COMMENT) comment = this.#text(from, size);
    });
    const packet: CapturedPacket = {
      interface: index,
      timeNs: (units * 1_000_000_000n) / source.unitsPerSecond,
      data: this.#file.slice(at + 20, at + 20 + length),
      originalLength: this.#u32(at + 16),
    };
    this.packets.push(comment === undefined ? packet : { ...packet, comment });
    return undefined;
  }

  #readSimplePacket(at: number, end: number): string | undefined {
    const number = this.packets.length + 1;
    if (end - at < 4) return `packet ${number}'s block is too short`;
    const source = this.sources[this.#sectionBase];
    if (!source) return `packet ${number} has no interface`;
    const originalLength = this.#u32(at);
    const limit = source.snapLength === 0 ? originalLength : Math.min(originalLength, source.snapLength);
    const data = this.#file.slice(at + 4, at + 4 + Math.min(limit, end - at - 4));
    this.packets.push({ interface: this.#sectionBase, timeNs: 0n, data, originalLength });
    return undefined;
  }

  #eachOption(at: number, end: number, visit: (code: number, from: number, length: number) => void): void {
    for (let i = at; i + 4 <= end; ) {
      const code = this.#u16(i);
      const length = this.#u16(i + 2);
      if (code === OPT_END || i + 4 + length > end) return;
      visit(code, i + 4, length);
      i += 4 + ((length + 3) & ~3);
    }
  }

  #text(at: number, length: number): string {
    return new TextDecoder().decode(this.#file.subarray(at, at + length)).replace(/\0+$/, '');
  }

  #stop(code: CaptureProblem['code'], message: string, offset: number): CaptureProblem {
    return { code, message, packet: this.packets.length + 1, offset };
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }
}
