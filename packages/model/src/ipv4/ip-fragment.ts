import {
  ICMP_DEST_UNREACH,
  ICMP_FRAG_NEEDED,
  IP_DF,
  IP_MF,
  ipFragment,
  ipHeaderBytes,
  setIpFragment,
  setIpTotalLength,
  updateIpChecksum,
} from '@sluice/wire';
import { run } from '../runner.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { consumed, reject, type Step, step } from '../step.ts';
import { icmpSend } from './icmp-send.ts';
import { neighOutput } from './neighbour/neigh-output.ts';

/**
 * Cuts a packet into fragments that fit the device, each a packet of its own; one that must not be cut is refused with
 * ICMP fragmentation needed. Kernel: net/ipv4/ip_output.c ip_fragment(), ip_do_fragment(). Row D3.
 */
export const ipFragmentStep: Step = step('ip_fragment', 'ip', 'D3', (skb: SkBuff): Step => {
  const { bytes, networkHeader: at, dev } = skb;
  const field = ipFragment(bytes, at);
  if (field & IP_DF) {
    if (skb.trace !== null)
      skb.trace.because('configuration', `${skb.len} bytes exceed the mtu ${dev.mtu} of ${dev.name}`);
    icmpSend(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, dev.mtu);
    return reject(skb, 'PKT_TOO_BIG');
  }
  const headerBytes = ipHeaderBytes(bytes, at);
  const room = (dev.mtu - headerBytes) & ~7;
  const payload = skb.len - headerBytes;
  let count = 0;
  for (let from = 0; from < payload; from += room) {
    const length = Math.min(room, payload - from);
    const last = from + length === payload;
    run(neighOutput, makeFragment(skb, headerBytes, from, length, (field & ~IP_DF) + (from >> 3), last));
    count++;
  }
  if (skb.trace !== null) skb.trace.detail(`cut into ${count} fragments`);
  return consumed;
});

function makeFragment(
  skb: SkBuff,
  headerBytes: number,
  from: number,
  length: number,
  field: number,
  last: boolean,
): SkBuff {
  const { machine } = skb.dev.netns.host;
  const { bytes } = skb;
  const part = machine.packets.alloc(headerBytes + length, skb.dev);
  bytes.copyWithin(part.data, skb.networkHeader, skb.networkHeader + headerBytes);
  const source = skb.networkHeader + headerBytes + from;
  bytes.copyWithin(part.data + headerBytes, source, source + length);
  part.tail = part.data + headerBytes + length;
  part.networkHeader = part.data;
  part.transportHeader = part.data + headerBytes;
  part.protocol = skb.protocol;
  part.mark = skb.mark;
  part.dst = skb.dst;
  part.sk = skb.sk;
  setIpTotalLength(bytes, part.data, headerBytes + length);
  setIpFragment(bytes, part.data, last ? field : field | IP_MF);
  updateIpChecksum(bytes, part.data);
  machine.tracer.follow(part, machine.tracer.birth(skb.dev.netns));
  return part;
}
