/**
 * Netlink message codecs: bytes to records and back. No sockets here. Read first: `message.ts`, `attribute.ts`,
 * `rtnetlink/link.ts`.
 */
export * from './attribute.ts';
export * from './error.ts';
export * from './message.ts';
export * from './rtnetlink/address.ts';
export * from './rtnetlink/link.ts';
export type { LinkKind } from './rtnetlink/link-kind.ts';
export * from './rtnetlink/neighbour.ts';
export * from './rtnetlink/route.ts';
export * from './rtnetlink/types.ts';
