/**
 * Netlink messages: a 16-byte header, then a body of the family's own. Integers are in host order (little endian on
 * every machine Sluice runs on).
 *
 * Spec: include/uapi/linux/netlink.h; Documentation/userspace-api/netlink/intro.rst.
 */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** Everything after the header. */
  readonly body: Uint8Array;
}

export const NLMSG_HEADER_BYTES = 16;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;

export const NLM_F_REQUEST = 1;
export const NLM_F_MULTI = 2;
export const NLM_F_ACK = 4;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
export const NLM_F_CAPPED = 0x100;
export const NLM_F_ACK_TLVS = 0x200;

/** One message as bytes, padded to 4. */
export function encodeMessage(message: NetlinkMessage): Uint8Array {
  const length = NLMSG_HEADER_BYTES + message.body.length;
  const bytes = new Uint8Array((length + 3) & ~3);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint16(4, message.type, true);
  view.setUint16(6, message.flags, true);
  view.setUint32(8, message.sequence, true);
  bytes.set(message.body, NLMSG_HEADER_BYTES);
  return bytes;
}

/** The messages of one datagram. What is cut short at the end is left out. */
export function decodeMessages(bytes: Uint8Array): NetlinkMessage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + NLMSG_HEADER_BYTES <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length < NLMSG_HEADER_BYTES || at + length > bytes.length) break;
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      body: bytes.slice(at + NLMSG_HEADER_BYTES, at + length),
    });
    at += (length + 3) & ~3;
  }
  return messages;
}
