import { kfreeSkb } from './skb/kfree-skb.ts';
import type { SkBuff } from './skb/sk-buff.ts';
import { DROPPED, FREES, GOES_ON, REJECTED, type Step, UNDECIDABLE } from './step.ts';

/**
 * Takes a packet from `first` along the steps until one ends its way. With nobody watching this packet, nothing is
 * recorded and nothing allocated.
 */
export function run(first: Step, skb: SkBuff): void {
  if (skb.trace !== null) {
    runTraced(first, skb);
    return;
  }
  let at = first;
  do at = at.run(skb);
  while (at.end === GOES_ON);
  if (at.end >= FREES) finish(at, skb);
}

function runTraced(first: Step, skb: SkBuff): void {
  const tracer = skb.trace!;
  const { packetId } = skb;
  const outer = tracer.enter(packetId);
  let at = first;
  do {
    const current = at;
    const { dev } = skb;
    // A packet that is being made stands at the loopback device until it is routed: it is at no device yet.
    const nowhere = dev.loopback && skb.dst === null && skb.macHeader === 0;
    at = current.run(skb);
    tracer.record(current, skb, dev.netns, nowhere ? undefined : dev, at);
  } while (at.end === GOES_ON);
  tracer.leave(outer);
  if (at.end >= FREES) finish(at, skb);
}

function finish(end: Step, skb: SkBuff): void {
  const { host } = skb.dev.netns;
  if (end.end === DROPPED || end.end === REJECTED) host.countDrop(skb.reason);
  else if (end.end === UNDECIDABLE) host.countUndecidable(skb.missing);
  kfreeSkb(skb);
}
