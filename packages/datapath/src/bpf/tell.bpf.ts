import { TC_ACT_SHOT, type u8, type u32 } from '@sluice/compiler/bpf';
import { TELL_ALL } from './config.bpf.ts';
import { EVENT_DROP } from './constants.ts';
import { events } from './maps.bpf.ts';
import { Event, type Flow } from './records.bpf.ts';

/** Writes an event about the packet in hand. A full ring loses the event, never the packet. */
export function tell(flow: Flow, type: u8, reason: u8, cookie: u32): void {
  if (TELL_ALL === 0 && type !== EVENT_DROP) return;
  const event = events.reserve(Event);
  if (event === null) return;
  event.type = type;
  event.reason = reason;
  event.point = flow.point;
  event.protocol = flow.protocol;
  event.cookie = cookie;
  event.srcIdentity = flow.srcIdentity;
  event.dstIdentity = flow.dstIdentity;
  event.src = flow.src;
  event.dst = flow.dst;
  event.srcPort = flow.srcPort;
  event.dstPort = flow.dstPort;
  event.endpoint = flow.endpoint;
  event.direction = flow.direction;
  event.pad = 0;
  event.ifindex = flow.ifindex;
  event.length = flow.length;
  events.submit(event);
}

/** Tells why, and returns the verdict that drops. */
export function drop(flow: Flow, reason: u8, cookie: u32): number {
  tell(flow, EVENT_DROP, reason, cookie);
  return TC_ACT_SHOT;
}
