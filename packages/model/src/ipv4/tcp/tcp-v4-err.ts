import type { NetNamespace } from '../../kernel/net-namespace.ts';

/** Kernel: net/ipv4/tcp_ipv4.c tcp_v4_err(). */
export const tcpV4Err = (_n: NetNamespace, _b: Uint8Array, _i: number, _t: number, _e: string, _h: boolean): boolean =>
  false;
