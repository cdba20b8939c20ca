import type { NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { Flow } from './fib/fib-rules.ts';

const flow = new Flow();

/** The source is acceptable; it is one of our own addresses; the reverse-path filter refuses it. */
export const SOURCE_VALID = 0;
export const SOURCE_MARTIAN = 1;
export const SOURCE_REVERSE_PATH = 2;

/**
 * Whether a packet from `source` may come in by `dev`: not with an address of ours and, where rp_filter is set, only
 * from where an answer would go (1 by this device, 2 by any). `oif` is the device it will leave by, 0 for none.
 * Kernel: net/ipv4/fib_frontend.c fib_validate_source(), __fib_validate_source().
 */
export function fibValidateSource(
  skb: SkBuff,
  source: number,
  destination: number,
  dev: NetDevice,
  oif: number,
): number {
  const { inet, netns } = dev;
  const rpf = inet.rpFilter;
  if (rpf === 0 && (oif !== dev.ifindex || inet.conf.send_redirects === 0)) {
    if (inet.conf.accept_local !== 0) return SOURCE_VALID;
    if (!netns.fib.customRules) return netns.isLocalAddress(source) && !dev.loopback ? SOURCE_MARTIAN : SOURCE_VALID;
  }
  flow.destination = source;
  flow.source = destination;
  flow.mark = 0;
  flow.iif = 'lo';
  flow.oif = '';
  flow.oifIndex = 0;
  void skb;
  const route = netns.fib.lookup(flow);
  if (route === undefined) return rpf !== 0 ? SOURCE_REVERSE_PATH : SOURCE_VALID;
  if (route.type !== 'unicast' && (route.type !== 'local' || (inet.conf.accept_local === 0 && !dev.loopback)))
    return SOURCE_MARTIAN;
  if (route.dev === dev || (route.type === 'local' && dev.loopback)) {
    return SOURCE_VALID;
  }
  if (inet.addresses.length === 0) return rpf !== 0 ? SOURCE_REVERSE_PATH : SOURCE_VALID;
  return rpf === 1 ? SOURCE_REVERSE_PATH : SOURCE_VALID;
}
