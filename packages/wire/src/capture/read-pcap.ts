import type { Capture, CapturedPacket, CaptureProblem } from './capture.ts';

export interface PcapKind {
  readonly littleEndian: boolean;
  /** Nanoseconds in one unit of the fraction field. */
  readonly fractionNs: bigint;
}

/** First four bytes, read big-endian → what they say. */
export const PCAP_MAGICS: ReadonlyMap<number, PcapKind> = new Map([
  [0xa1b2c3d4, { littleEndian: false, fractionNs: 1000n }],
  [0xd4c3b2a1, { littleEndian: true, fractionNs: 1000n }],
  [0xa1b23c4d, { littleEndian: false, fractionNs: 1n }],
  [0x4d3cb2a1, { littleEndian: true, fractionNs: 1n }],
]);

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
/** More than any link carries: a length above it means that the file is damaged. */
export const PACKET_BYTES_MAX = 256 << 10;

/** Reads a pcap file whose magic said `kind`. Spec: draft-ietf-opsawg-pcap. */
export function readPcap(file: Uint8Array, kind: PcapKind): Capture {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const u32 = (at: number): number => view.getUint32(at, kind.littleEndian);
  const packets: CapturedPacket[] = [];
  const stop = (code: CaptureProblem['code'], message: string, offset: number): CaptureProblem => ({
    code,
    message,
    packet: packets.length + 1,
    offset,
  });
  if (file.length < FILE_HEADER_BYTES) {
    const problem = stop('truncated', `the file header needs ${FILE_HEADER_BYTES} bytes, there are ${file.length}`, 0);
    return { format: 'pcap', interfaces: [], packets, problem };
  }
  const interfaces = [{ linkType: u32(20) & 0xffff, snapLength: u32(16) }];
  let at = FILE_HEADER_BYTES;
  while (at < file.length) {
    const number = packets.length + 1;
    if (at + RECORD_HEADER_BYTES > file.length) {
      const problem = stop('truncated', `the file ends inside the header of packet ${number}`, at);
      return { format: 'pcap', interfaces, packets, problem };
    }
    const length = u32(at + 8);
    if (length > PACKET_BYTES_MAX) {
      const problem = stop('malformed', `packet ${number} claims ${length} bytes`, at + 8);
      return { format: 'pcap', interfaces, packets, problem };
    }
    const data = at + RECORD_HEADER_BYTES;
    if (data + length > file.length) {
      const have = file.length - data;
      const problem = stop('truncated', `packet ${number} has ${have} of its ${length} bytes`, data);
      return { format: 'pcap', interfaces, packets, problem };
    }
    packets.push({
      interface: 0,
      timeNs: BigInt(u32(at)) * 1_000_000_000n + BigInt(u32(at + 4)) * kind.fractionNs,
      data: file.slice(data, data + length),
      originalLength: u32(at + 12),
    });
    at = data + length;
  }
  return { format: 'pcap', interfaces, packets };
}
