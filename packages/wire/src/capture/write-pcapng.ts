import type { CapturedPacket } from './capture.ts';
import { SECTION_HEADER_BLOCK } from './read-pcapng.ts';

/** An interface to write: a device, or a hook that saw packets. */
export interface PcapngInterface {
  readonly name: string;
  readonly description?: string;
  /** LINKTYPE_*; default Ethernet. */
  readonly linkType?: number;
}

export type PcapngPacket = Pick<CapturedPacket, 'interface' | 'timeNs' | 'data' | 'comment'>;

/**
 * Writes a pcapng file, little-endian, nanosecond times: one section, its interfaces, its packets with their comments.
 * Spec: draft-ietf-opsawg-pcapng.
 */
export function writePcapng(interfaces: readonly PcapngInterface[], packets: readonly PcapngPacket[]): Uint8Array {
  const blocks: Uint8Array[] = [sectionHeader(), ...interfaces.map(interfaceBlock), ...packets.map(packetBlock)];
  const file = new Uint8Array(blocks.reduce((sum, b) => sum + b.length, 0));
  let at = 0;
  for (const block of blocks) {
    file.set(block, at);
    at += block.length;
  }
  return file;
}

const padded = (length: number): number => (length + 3) & ~3;

/** A block around `body`, whose length is a multiple of four. */
function block(type: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, true);
  return bytes;
}

type Option = readonly [code: number, value: Uint8Array];

/** `head` followed by options and their end mark; without options, `head` alone. */
function withOptions(head: Uint8Array, options: readonly Option[]): Uint8Array {
  if (options.length === 0) return head;
  const bytes = new Uint8Array(head.length + options.reduce((sum, [, v]) => sum + 4 + padded(v.length), 0) + 4);
  const view = new DataView(bytes.buffer);
  bytes.set(head, 0);
  let at = head.length;
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  return bytes;
}

function sectionHeader(): Uint8Array {
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint32(0, 0x1a2b3c4d, true);
  view.setUint16(4, 1, true);
  view.setUint32(8, 0xffffffff, true);
  view.setUint32(12, 0xffffffff, true);
  return block(SECTION_HEADER_BLOCK, body);
}

function interfaceBlock(source: PcapngInterface): Uint8Array {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint16(0, source.linkType ?? 1, true);
  const text = new TextEncoder();
  const options: Option[] = [[2, text.encode(source.name)]];
  if (source.description !== undefined) options.push([3, text.encode(source.description)]);
  options.push([9, Uint8Array.of(9)]);
  return block(1, withOptions(head, options));
}

function packetBlock(packet: PcapngPacket): Uint8Array {
  const head = new Uint8Array(20 + padded(packet.data.length));
  const view = new DataView(head.buffer);
  view.setUint32(0, packet.interface, true);
  view.setUint32(4, Number(packet.timeNs >> 32n), true);
  view.setUint32(8, Number(packet.timeNs & 0xffffffffn), true);
  view.setUint32(12, packet.data.length, true);
  view.setUint32(16, packet.data.length, true);
  head.set(packet.data, 20);
  const comment: Option[] = packet.comment === undefined ? [] : [[1, new TextEncoder().encode(packet.comment)]];
  return block(6, withOptions(head, comment));
}
