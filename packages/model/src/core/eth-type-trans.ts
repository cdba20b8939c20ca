import { be16At, be32At, ETH_HLEN, etherType } from '@sluice/wire';
import { PACKET_BROADCAST, PACKET_HOST, PACKET_MULTICAST, PACKET_OTHERHOST, type SkBuff } from '../skb/sk-buff.ts';

/** Lengths below this in the type field are 802.3 frames. Kernel: ETH_P_802_3_MIN. */
const ETH_P_802_3_MIN = 0x0600;
const ETH_P_802_2 = 0x0004;

/**
 * Reads the link-layer header: sets `macHeader`, `pktType` and `protocol`, and moves `data` behind the header. The frame
 * has 14 bytes at least. Kernel: net/ethernet/eth.c eth_type_trans().
 */
export function ethTypeTrans(skb: SkBuff): void {
  const { bytes, data, dev } = skb;
  skb.macHeader = data;
  skb.macBytes = ETH_HLEN;
  const high = be16At(bytes, data);
  const low = be32At(bytes, data + 2);
  if (high === dev.macHigh && low === dev.macLow) skb.pktType = PACKET_HOST;
  else if ((high & 0x0100) === 0) skb.pktType = PACKET_OTHERHOST;
  else skb.pktType = high === 0xffff && low === 0xffffffff ? PACKET_BROADCAST : PACKET_MULTICAST;
  const type = etherType(bytes, data);
  skb.protocol = type >= ETH_P_802_3_MIN ? type : ETH_P_802_2;
  skb.data = data + ETH_HLEN;
  skb.networkHeader = skb.data;
}
