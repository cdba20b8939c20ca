import { ipDestination, ipSource, setIpTotalLength, updateIpChecksum, updateTcpChecksum } from '@sluice/wire';
import { run } from '../runner.ts';
import { CHECKSUM_UNNECESSARY, type SkBuff } from '../skb/sk-buff.ts';
import type { Napi } from './napi.ts';
import { netifReceiveSkb } from './netif-receive-skb.ts';

/** Sends up what GRO holds, oldest first. Kernel: net/core/gro.c napi_gro_flush(). Row B4. */
export function napiGroFlush(napi: Napi): void {
  while (napi.groHeld.length > 0) {
    const skb = napi.groHeld.shift()!;
    napiGroComplete(skb);
    run(netifReceiveSkb, skb);
  }
}

/**
 * Makes a merged packet's headers true: lengths and checksums. Kernel: net/core/gro.c napi_gro_complete(),
 * inet_gro_complete(), tcp4_gro_complete(). We depart: the checksum is whole, not left to be finished by hardware.
 */
export function napiGroComplete(skb: SkBuff): void {
  if (skb.gsoSegments === 0) return;
  const { bytes, networkHeader: ip, transportHeader: tcp } = skb;
  setIpTotalLength(bytes, ip, skb.tail - ip);
  updateIpChecksum(bytes, ip);
  updateTcpChecksum(bytes, tcp, skb.tail - tcp, ipSource(bytes, ip), ipDestination(bytes, ip));
  skb.ipSummed = CHECKSUM_UNNECESSARY;
}
