/**
 * Drops ARP packets whose sender is on a blacklist, and counts them. User space edits the map while this runs; the next
 * packet sees it.
 */
import {
  ArpHdr,
  atomicAdd,
  be32,
  ETH_P_ARP,
  EthHdr,
  hashMap,
  htons,
  packet,
  sizeOf,
  u64,
  XDP_DROP,
  XDP_PASS,
  xdp,
} from '@sluice/compiler/bpf';

/** Sender's IPv4 address → packets dropped. */
export const blacklist = hashMap(be32, u64, { maxEntries: 1024 });

export const arp_blacklist = xdp((ctx) => {
  const eth = packet(ctx, 0, EthHdr);
  if (eth === null || eth.proto !== htons(ETH_P_ARP)) return XDP_PASS;

  const arp = packet(ctx, sizeOf(EthHdr), ArpHdr);
  if (arp === null) return XDP_PASS;

  const hits = blacklist.lookup(arp.senderIp);
  if (hits === null) return XDP_PASS;

  atomicAdd(hits.value, 1n);
  return XDP_DROP;
});

export const license = 'GPL';
