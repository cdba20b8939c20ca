/** A capture file's contents, whichever its format. */
export interface Capture {
  readonly format: 'pcap' | 'pcapng';
  readonly interfaces: readonly CaptureInterface[];
  readonly packets: readonly CapturedPacket[];
  /** What cut the reading short; the packets before it stand. */
  readonly problem?: CaptureProblem;
}

export interface CaptureInterface {
  readonly name?: string;
  /** LINKTYPE_*; 1 is Ethernet. */
  readonly linkType: number;
  /** Bytes captured of each packet at most; 0 is without limit. */
  readonly snapLength: number;
}

export interface CapturedPacket {
  /** Index into `interfaces`. */
  readonly interface: number;
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
  readonly data: Uint8Array;
  /** Length on the wire, which may be more than was captured. */
  readonly originalLength: number;
  readonly comment?: string;
}

/** Bad input, with the place. `packet` counts from 1: the packet at which reading stopped. */
export interface CaptureProblem {
  readonly code: 'not-a-capture' | 'truncated' | 'malformed';
  readonly message: string;
  readonly packet: number;
  /** Byte offset in the file. */
  readonly offset: number;
}

export const LINKTYPE_ETHERNET = 1;
/** Raw IP: the packet starts with its IPv4 or IPv6 header. */
export const LINKTYPE_RAW = 101;
