import type { Capture } from './capture.ts';
import { PCAP_MAGICS, readPcap } from './read-pcap.ts';
import { readPcapng, SECTION_HEADER_BLOCK } from './read-pcapng.ts';

/**
 * Reads a pcap or pcapng file of either byte order. Never throws: what cannot be read is the result's `problem`, with
 * the number of the packet at which reading stopped, and the packets before it are there.
 */
export function readCapture(file: Uint8Array): Capture {
  if (file.length >= 4) {
    const magic = new DataView(file.buffer, file.byteOffset, file.byteLength).getUint32(0, false);
    if (magic === SECTION_HEADER_BLOCK) return readPcapng(file);
    const kind = PCAP_MAGICS.get(magic);
    if (kind) return readPcap(file, kind);
  }
  const message =
    file.length < 4
      ? `a file of ${file.length} bytes is no capture`
      : 'neither pcap nor pcapng: the first four bytes are no magic number of either';
  return {
    format: 'pcap',
    interfaces: [],
    packets: [],
    problem: { code: 'not-a-capture', message, packet: 1, offset: 0 },
  };
}
