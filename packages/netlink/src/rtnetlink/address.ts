import { Attributes, be32Attribute, encodeAttributes } from '../attribute.ts';
import { type NetlinkMessage, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from '../message.ts';
import { AF_INET, body, type Request, RTM_DELADDR, RTM_GETADDR, RTM_NEWADDR } from './types.ts';

/** An IPv4 address of a device; an unsigned 32-bit number. */
export interface Address {
  readonly ifindex: number;
  readonly address: number;
  readonly prefixLength: number;
  readonly scope: number;
}

const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFADDR_BYTES = 8;

/** struct ifaddrmsg */
function ifaddr({ ifindex, prefixLength, scope }: Omit<Address, 'address'>): Uint8Array {
  const head = Uint8Array.of(AF_INET, prefixLength, 0, scope, 0, 0, 0, 0);
  new DataView(head.buffer).setUint32(4, ifindex, true);
  return head;
}

function request(name: string, type: number, flags: number, address: Address): Request {
  const attributes = [be32Attribute(IFA_LOCAL, address.address), be32Attribute(IFA_ADDRESS, address.address)];
  return { name, type, flags, body: body(ifaddr(address), encodeAttributes(attributes)) };
}

export const newAddress = (address: Address): Request =>
  request('add address', RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address);

export const deleteAddress = (address: Address): Request => request('delete address', RTM_DELADDR, 0, address);

/** All IPv4 addresses of the namespace. */
export function listAddresses(): Request {
  const head = ifaddr({ ifindex: 0, prefixLength: 0, scope: 0 });
  return { name: 'list addresses', type: RTM_GETADDR, flags: NLM_F_DUMP, body: head };
}

/** Reads an RTM_NEWADDR message of IPv4; undefined for any other. */
export function readAddress({ type, body: bytes }: NetlinkMessage): Address | undefined {
  if (type !== RTM_NEWADDR || bytes.length < IFADDR_BYTES || bytes[0] !== AF_INET) return undefined;
  const attributes = new Attributes(bytes, IFADDR_BYTES);
  const address = attributes.be32(IFA_LOCAL) ?? attributes.be32(IFA_ADDRESS);
  if (address === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { ifindex: view.getUint32(4, true), address, prefixLength: bytes[1] ?? 0, scope: bytes[3] ?? 0 };
}
