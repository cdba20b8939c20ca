import { MS, SECOND } from '../../time/clock.ts';

/** Kernel: include/net/tcp.h, names as there. Times in nanoseconds. */
export const TCP_TIMEOUT_INIT_NS = SECOND;
export const TCP_RTO_MIN_NS = 200 * MS;
export const TCP_RTO_MAX_NS = 120 * SECOND;
export const TCP_TIMEWAIT_NS = 60 * SECOND;
export const TCP_INIT_CWND = 10;
/** Where the peer names none. Spec: RFC 9293 §3.7.1. */
export const TCP_MSS_DEFAULT = 536;
export const TCP_FASTRETRANS_THRESH = 3;
/** Receive window in a SYN, and the buffer it comes from; the scale that Linux derives from its default limits. */
export const TCP_WINDOW_INIT = 64240;
export const TCP_RECEIVE_BUFFER_BYTES = 131072;
export const TCP_WINDOW_SCALE = 7;
/** Segments out of order that a connection keeps. */
export const TCP_OFO_SEGMENTS_MAX = 256;
