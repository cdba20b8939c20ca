import {
  BPF_ANY,
  BPF_NOEXIST,
  type be16,
  getPrandomU32,
  htons,
  IPPROTO_ICMP,
  ktimeGetNs,
  type SkBuff,
  type u8,
} from '@sluice/compiler/bpf';
import { NODE_IP } from './config.bpf.ts';
import { forwardKey } from './conntrack.bpf.ts';
import { DROP_NO_MAPPING, EVENT_SNAT, EVENT_SNAT_BACK, NAT_BACK, NAT_OUT } from './constants.ts';
import { nat } from './maps.bpf.ts';
import { ConnKey, type Flow, NatEntry } from './records.bpf.ts';
import { rewriteDestination, rewriteSource } from './rewrite.bpf.ts';
import { tell } from './tell.bpf.ts';

/** How often another port is tried before the packet is given up. */
const PORT_TRIES = 8;
const FIRST_PORT = 32768;
const LIFETIME = 21_600_000_000_000n;

/** Makes the node the packet's source, with a port of its own. Returns 0 or a DROP_*. */
export function translateSource(ctx: SkBuff, flow: Flow): u8 {
  const key = new ConnKey();
  forwardKey(flow, key, NAT_OUT);
  const known = nat.lookup(key);
  let port: be16 = flow.srcPort;
  if (known !== null) {
    port = known.port;
  } else {
    port = claimPort(flow);
    if (port === 0 && flow.protocol !== IPPROTO_ICMP) return DROP_NO_MAPPING;
    const entry = new NatEntry();
    entry.address = NODE_IP;
    entry.port = port;
    entry.expires = ktimeGetNs() + LIFETIME;
    nat.update(key, entry, BPF_ANY);
  }
  const failed = rewriteSource(ctx, flow, NODE_IP, port);
  if (failed !== 0) return failed;
  tell(flow, EVENT_SNAT, 0, 0);
  return 0;
}

/** Enters the way back under the first free port: the packet's own, else one by chance. Returns 0 when none was free. */
function claimPort(flow: Flow): be16 {
  const back = new ConnKey();
  back.src = flow.dst;
  back.dst = NODE_IP;
  back.srcPort = flow.dstPort;
  back.dstPort = flow.srcPort;
  back.protocol = flow.protocol;
  back.direction = NAT_BACK;
  const original = new NatEntry();
  original.address = flow.src;
  original.port = flow.srcPort;
  original.expires = ktimeGetNs() + LIFETIME;
  if (flow.protocol === IPPROTO_ICMP) {
    back.srcPort = 0;
    back.dstPort = flow.srcPort;
  }
  for (let i = 0; i < PORT_TRIES; i++) {
    if (nat.update(back, original, BPF_NOEXIST) === 0) return back.dstPort;
    if (flow.protocol === IPPROTO_ICMP) return 0;
    back.dstPort = htons(FIRST_PORT + (getPrandomU32() & 0x7fff));
  }
  return 0;
}

/** Gives an answer to a translated packet its original destination back. `found` is false where it is no such answer. */
export function translateBack(ctx: SkBuff, flow: Flow): u8 {
  const key = new ConnKey();
  forwardKey(flow, key, NAT_BACK);
  const entry = nat.lookup(key);
  if (entry === null) return NOT_TRANSLATED;
  const failed = rewriteDestination(ctx, flow, entry.address, entry.port);
  if (failed !== 0) return failed;
  tell(flow, EVENT_SNAT_BACK, 0, 0);
  return 0;
}

/** `translateBack` found nothing to do. */
export const NOT_TRANSLATED = 255;
