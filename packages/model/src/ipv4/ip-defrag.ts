import {
  copyBytes,
  ICMP_TIME_EXCEEDED,
  IP_MF,
  IP_OFFSET,
  ipFragment,
  ipHeaderBytes,
  setIpFragment,
  setIpTotalLength,
  updateIpChecksum,
} from '@sluice/wire';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { run } from '../runner.ts';
import { HEADROOM_BYTES, LARGE_BUFFER_BYTES } from '../skb/buffer-pool.ts';
import { kfreeSkb } from '../skb/kfree-skb.ts';
import { CHECKSUM_NONE, type SkBuff } from '../skb/sk-buff.ts';
import { drop, queued, type Step, step } from '../step.ts';
import { SECOND } from '../time/clock.ts';
import { FragQueue, fragKey } from './frag-queue.ts';
import { icmpSend } from './icmp-send.ts';
import { afterDefrag } from './ip-local-deliver.ts';

/** ICMP code: fragment reassembly time exceeded. */
const ICMP_EXC_FRAGTIME = 1;
const PACKET_BYTES_MAX = 65535;

/**
 * Collects the fragments of a datagram; the one that completes it goes on as the whole. Repeated fragments are dropped
 * (DUP_FRAG), overlapping ones take the whole datagram with them, and what is not complete after
 * `net.ipv4.ipfrag_time` seconds is dropped (FRAG_REASM_TIMEOUT). Kernel: net/ipv4/ip_fragment.c ip_defrag(),
 * ip_frag_queue(), ip_expire(). Spec: RFC 791 §3.2, RFC 5722 for overlaps. Row D2.
 */
export const ipDefrag: Step = step('ip_defrag', 'ip', 'D2', (skb: SkBuff): Step => {
  const { netns } = skb.dev;
  const { bytes, networkHeader: at } = skb;
  const field = ipFragment(bytes, at);
  const offset = (field & IP_OFFSET) * 8;
  const more = (field & IP_MF) !== 0;
  const length = skb.tail - at - ipHeaderBytes(bytes, at);
  const end = more ? (offset + length) & ~7 : offset + length;
  const queue = findQueue(netns, fragKey(skb));
  if (!queue.reach(end, !more) || end === offset) return giveUp(skb, queue, 'its fragments contradict each other');
  const inserted = queue.insert({ skb, offset, end });
  if (inserted === 'duplicate') return drop(skb, 'DUP_FRAG');
  if (inserted === 'overlap') return giveUp(skb, queue, 'its fragments overlap');
  if (!queue.whole) {
    if (skb.trace !== null) skb.trace.detail(`fragment at ${offset}: it waits for the others`);
    return queued;
  }
  const count = queue.fragments.length;
  const fits = ipHeaderBytes(bytes, queue.fragments[0]!.skb.networkHeader) + queue.bytes <= PACKET_BYTES_MAX;
  if (fits) reassemble(queue, skb);
  queue.fragments.splice(0, count, ...queue.fragments.filter((f) => f.skb !== skb));
  if (!fits) return giveUp(skb, queue, 'it is longer than IP allows');
  forget(netns, queue);
  if (skb.trace !== null) skb.trace.detail(`whole again, from ${count} fragments`);
  return afterDefrag(skb);
});

/** The whole datagram goes. */
function giveUp(skb: SkBuff, queue: FragQueue, why: string): Step {
  forget(skb.dev.netns, queue);
  if (skb.trace !== null) skb.trace.because('protocol', `the datagram is given up: ${why}`);
  return drop(skb, 'NOT_SPECIFIED');
}

function findQueue(netns: NetNamespace, key: string): FragQueue {
  const known = netns.fragments.get(key);
  if (known !== undefined) return known;
  const queue = new FragQueue(key);
  const timeNs = netns.sysctls.value('net.ipv4.ipfrag_time') * SECOND;
  queue.timer = netns.host.machine.clock.after(timeNs, () => expire(netns, queue));
  netns.fragments.set(key, queue);
  return queue;
}

function forget(netns: NetNamespace, queue: FragQueue): void {
  netns.host.machine.clock.cancel(queue.timer);
  netns.fragments.delete(queue.key);
  for (const { skb } of queue.fragments.splice(0)) kfreeSkb(skb);
}

/** The rest did not come in time. The sender is told, if the first fragment did. */
function expire(netns: NetNamespace, queue: FragQueue): void {
  netns.fragments.delete(queue.key);
  for (const { skb, offset } of queue.fragments.splice(0)) {
    if (offset === 0) icmpSend(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
    run(ipExpire, skb);
  }
}

const ipExpire: Step = step('ip_expire', 'ip', 'D2', (skb: SkBuff): Step => {
  if (skb.trace !== null) skb.trace.because('limit', 'the other fragments did not come within net.ipv4.ipfrag_time');
  return drop(skb, 'FRAG_REASM_TIMEOUT');
});

/** Makes `skb` the whole datagram: the first fragment's header, everybody's payload. Kernel: ip_frag_reasm(). */
function reassemble(queue: FragQueue, skb: SkBuff): void {
  const { bytes, pool } = skb;
  const first = queue.fragments[0]!.skb;
  const headerBytes = ipHeaderBytes(bytes, first.networkHeader);
  const macBytes = skb.networkHeader - skb.macHeader;
  const head = pool.buffers.alloc(LARGE_BUFFER_BYTES);
  const ip = head + HEADROOM_BYTES + macBytes;
  copyBytes(bytes, first.macHeader, bytes, head + HEADROOM_BYTES, macBytes);
  copyBytes(bytes, first.networkHeader, bytes, ip, headerBytes);
  for (const { skb: part, offset, end } of queue.fragments) {
    const from = part.networkHeader + ipHeaderBytes(bytes, part.networkHeader);
    copyBytes(bytes, from, bytes, ip + headerBytes + offset, end - offset);
  }
  pool.buffers.free(skb.head, skb.size);
  skb.head = head;
  skb.size = LARGE_BUFFER_BYTES;
  skb.macHeader = head + HEADROOM_BYTES;
  skb.networkHeader = ip;
  skb.transportHeader = ip + headerBytes;
  skb.data = ip;
  skb.tail = ip + headerBytes + queue.bytes;
  skb.ipSummed = CHECKSUM_NONE;
  setIpTotalLength(bytes, ip, skb.tail - ip);
  setIpFragment(bytes, ip, 0);
  updateIpChecksum(bytes, ip);
}
