/**
 * Where the fields of `struct __sk_buff` lie, in 32-bit words; `tstamp`, `sk` and `hwtstamp` take two.
 * UAPI: include/uapi/linux/bpf.h struct __sk_buff.
 */
export const SK_BUFF_CONTEXT_BYTES = 192;

export const SKB_LEN = 0;
export const SKB_PKT_TYPE = 1;
export const SKB_MARK = 2;
export const SKB_QUEUE_MAPPING = 3;
export const SKB_PROTOCOL = 4;
export const SKB_VLAN_PRESENT = 5;
export const SKB_VLAN_TCI = 6;
export const SKB_VLAN_PROTO = 7;
export const SKB_PRIORITY = 8;
export const SKB_INGRESS_IFINDEX = 9;
export const SKB_IFINDEX = 10;
export const SKB_TC_INDEX = 11;
/** Five words. */
export const SKB_CB = 12;
export const SKB_HASH = 17;
export const SKB_TC_CLASSID = 18;
export const SKB_DATA = 19;
export const SKB_DATA_END = 20;
export const SKB_NAPI_ID = 21;
export const SKB_DATA_META = 35;
export const SKB_TSTAMP = 38;
export const SKB_WIRE_LEN = 40;
export const SKB_GSO_SEGS = 41;
export const SKB_SK = 42;
export const SKB_GSO_SIZE = 44;
