import { TCP_FIN, TCP_SYN } from '@sluice/wire';

/** Sequence numbers that a segment takes up: its payload, and one each for SYN and FIN. Spec: RFC 9293 §3.4. */
export const tcpSegLength = (payloadBytes: number, flags: number): number =>
  payloadBytes + (flags & TCP_SYN ? 1 : 0) + (flags & TCP_FIN ? 1 : 0);
