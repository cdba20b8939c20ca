import { formatMac, parseMac } from '@sluice/wire';
import { type Attribute, Attributes, be32Attribute, bytesAttribute, encodeAttributes } from '../attribute.ts';
import { type NetlinkMessage, NLM_F_CREATE, NLM_F_DUMP, NLM_F_REPLACE } from '../message.ts';
import { AF_INET, body, type Request, RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from './types.ts';

/** NUD_* states. Kernel: include/uapi/linux/neighbour.h. */
export const NUD = {
  incomplete: 1,
  reachable: 2,
  stale: 4,
  delay: 8,
  probe: 16,
  failed: 32,
  noarp: 64,
  permanent: 128,
} as const;
export type NeighbourState = keyof typeof NUD;

export interface Neighbour {
  readonly ifindex: number;
  readonly ip: number;
  /** Absent while it is not known. */
  readonly mac?: string;
  readonly state: NeighbourState;
}

const NDA_DST = 1;
const NDA_LLADDR = 2;
const NDMSG_BYTES = 12;

/** struct ndmsg */
function ndmsg(ifindex: number, state: number): Uint8Array {
  const head = new Uint8Array(NDMSG_BYTES);
  const view = new DataView(head.buffer);
  head[0] = AF_INET;
  view.setInt32(4, ifindex, true);
  view.setUint16(8, state, true);
  return head;
}

/** Adds or replaces an entry. */
export function newNeighbour(neighbour: Neighbour): Request {
  const attributes: Attribute[] = [be32Attribute(NDA_DST, neighbour.ip)];
  const mac = neighbour.mac === undefined ? undefined : parseMac(neighbour.mac);
  if (mac) attributes.push(bytesAttribute(NDA_LLADDR, mac));
  const head = ndmsg(neighbour.ifindex, NUD[neighbour.state]);
  return {
    name: 'add neighbour',
    type: RTM_NEWNEIGH,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    body: body(head, encodeAttributes(attributes)),
  };
}

export function deleteNeighbour(ifindex: number, ip: number): Request {
  const attributes = encodeAttributes([be32Attribute(NDA_DST, ip)]);
  return { name: 'delete neighbour', type: RTM_DELNEIGH, flags: 0, body: body(ndmsg(ifindex, 0), attributes) };
}

/** All IPv4 neighbours of the namespace. */
export const listNeighbours = (): Request => ({
  name: 'list neighbours',
  type: RTM_GETNEIGH,
  flags: NLM_F_DUMP,
  body: ndmsg(0, 0),
});

/** Reads an RTM_NEWNEIGH message of IPv4; undefined for any other. */
export function readNeighbour({ type, body: bytes }: NetlinkMessage): Neighbour | undefined {
  if (type !== RTM_NEWNEIGH || bytes.length < NDMSG_BYTES || bytes[0] !== AF_INET) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const attributes = new Attributes(bytes, NDMSG_BYTES);
  const ip = attributes.be32(NDA_DST);
  const number = view.getUint16(8, true);
  const state = (Object.keys(NUD) as NeighbourState[]).find((name) => NUD[name] === number);
  if (ip === undefined || !state) return undefined;
  const mac = attributes.bytes(NDA_LLADDR);
  return { ifindex: view.getInt32(4, true), ip, state, ...(mac?.length === 6 ? { mac: formatMac(mac) } : {}) };
}
