import type { ProgramType } from '../spec.ts';
import { type ContextRow, quad } from './context.ts';
import { skBuff } from './contexts/sk-buff.ts';
import { skLookup } from './contexts/sk-lookup.ts';
import { skMsg } from './contexts/sk-msg.ts';
import { fullSocket, sock, sockCommon } from './contexts/sock.ts';
import { sockAddr } from './contexts/sock-addr.ts';
import { sockOps } from './contexts/sock-ops.ts';
import { xdpMd } from './contexts/xdp-md.ts';
import { programTypeRow } from './program-types.ts';

/** `struct bpf_nf_ctx`: both fields are typed kernel pointers. Kernel: include/linux/netfilter.h. */
const nfCtx: ContextRow = {
  name: 'bpf_nf_ctx',
  size: 16,
  fields: [quad('state', 0, 'kernel-pointer'), quad('skb', 8, 'kernel-pointer')],
};

/** All context structs, by UAPI name. */
export const CONTEXTS: ReadonlyMap<string, ContextRow> = new Map(
  [skBuff, xdpMd, sockAddr, sock, sockOps, skMsg, skLookup, nfCtx].map((row) => [row.name, row]),
);

/** What r1 points to in programs of that type; undefined for tracing types, whose context has no fixed layout. */
export function contextOf(type: ProgramType): ContextRow | undefined {
  const name = programTypeRow(type).context;
  return name === undefined ? undefined : CONTEXTS.get(name);
}

/** What may be read through a pointer to a socket. */
export const SOCKET_VIEWS: { readonly socket: ContextRow; readonly sockCommon: ContextRow } = {
  socket: fullSocket,
  sockCommon,
};
