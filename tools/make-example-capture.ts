// Writes examples/arp.pcap: address resolution on a small network, two askers of which stand on examples/blacklist.json.
import { writeFileSync } from 'node:fs';
import { ARPOP_REPLY, ARPOP_REQUEST, buildUdpFrame, emitArp, emitEthernet, writePcap } from '@sluice/wire';

const NOBODY = '00:00:00:00:00:00';
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const mac = (last: number) => `02:00:00:00:00:${last.toString(16).padStart(2, '0')}`;
const ip = (last: number) => `192.0.2.${last}`;

function arp(operation: number, from: number, to: number): Uint8Array {
  const request = operation === ARPOP_REQUEST;
  const ethernet = emitEthernet({ destination: request ? BROADCAST : mac(to), source: mac(from), type: 0x0806 });
  const body = emitArp({
    operation,
    senderMac: mac(from),
    senderIp: ip(from),
    targetMac: request ? NOBODY : mac(to),
    targetIp: ip(to),
  });
  const frame = new Uint8Array(60);
  frame.set(ethernet, 0);
  frame.set(body, ethernet.length);
  return frame;
}

const ends = { sourceMac: mac(66), destinationMac: mac(1), source: ip(66), destination: ip(1) };
const frames = [
  arp(ARPOP_REQUEST, 10, 1),
  arp(ARPOP_REPLY, 1, 10),
  arp(ARPOP_REQUEST, 66, 1),
  arp(ARPOP_REPLY, 1, 66),
  arp(ARPOP_REQUEST, 77, 1),
  buildUdpFrame({ ...ends, sourcePort: 5353, destinationPort: 53 }, new TextEncoder().encode('not ARP')),
  arp(ARPOP_REQUEST, 66, 10),
  arp(ARPOP_REQUEST, 20, 1),
];
const start = 1_700_000_000_000_000_000n;
const packets = frames.map((data, i) => ({ data, timeNs: start + BigInt(i) * 1_000_000n }));
writeFileSync(new URL('../examples/arp.pcap', import.meta.url), writePcap(packets));
