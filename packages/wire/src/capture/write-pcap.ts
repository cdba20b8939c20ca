import type { CapturedPacket } from './capture.ts';

/** Writes a pcap file with nanosecond times, little-endian; `linkType` is LINKTYPE_*. Spec: draft-ietf-opsawg-pcap. */
export function writePcap(packets: readonly Pick<CapturedPacket, 'timeNs' | 'data'>[], linkType = 1): Uint8Array {
  const file = new Uint8Array(24 + packets.reduce((sum, p) => sum + 16 + p.data.length, 0));
  const view = new DataView(file.buffer);
  view.setUint32(0, 0xa1b23c4d, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262144, true);
  view.setUint32(20, linkType, true);
  let at = 24;
  for (const { timeNs, data } of packets) {
    view.setUint32(at, Number(timeNs / 1_000_000_000n), true);
    view.setUint32(at + 4, Number(timeNs % 1_000_000_000n), true);
    view.setUint32(at + 8, data.length, true);
    view.setUint32(at + 12, data.length, true);
    file.set(data, at + 16);
    at += 16 + data.length;
  }
  return file;
}
