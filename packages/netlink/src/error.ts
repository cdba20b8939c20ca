import { Attributes } from './attribute.ts';
import { type NetlinkMessage, NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_ERROR, NLMSG_HEADER_BYTES } from './message.ts';

/** What the kernel says of a request: done (errno 0), or refused, with its own words where it has any. */
export interface NetlinkAcknowledgement {
  /** Positive errno; 0 is success. */
  readonly errno: number;
  /** Extended acknowledgement. */
  readonly message?: string;
  /** Byte offset in the request of what it complains about. */
  readonly offset?: number;
}

const NLMSGERR_ATTR_MSG = 1;
const NLMSGERR_ATTR_OFFS = 2;

/**
 * Reads an NLMSG_ERROR message; undefined for any other.
 *
 * Spec: include/uapi/linux/netlink.h struct nlmsgerr, enum nlmsgerr_attrs.
 */
export function readAcknowledgement(message: NetlinkMessage): NetlinkAcknowledgement | undefined {
  if (message.type !== NLMSG_ERROR || message.body.length < 4 + NLMSG_HEADER_BYTES) return undefined;
  const view = new DataView(message.body.buffer, message.body.byteOffset, message.body.byteLength);
  const errno = -view.getInt32(0, true);
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return { errno };
  const echoed = (message.flags & NLM_F_CAPPED) !== 0 ? NLMSG_HEADER_BYTES : view.getUint32(4, true);
  const attributes = new Attributes(message.body, 4 + ((echoed + 3) & ~3));
  const text = attributes.string(NLMSGERR_ATTR_MSG);
  const offset = attributes.u32(NLMSGERR_ATTR_OFFS);
  return { errno, ...(text ? { message: text } : {}), ...(offset !== undefined ? { offset } : {}) };
}
