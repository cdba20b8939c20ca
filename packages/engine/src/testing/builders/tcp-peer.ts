import {
  ETH_HLEN,
  formatTcpFlags,
  ipHeaderBytes,
  ipProtocol,
  ipTotalLength,
  type TcpOptions,
  tcpAcknowledgment,
  tcpDestinationPort,
  tcpFlags,
  tcpHeaderBytes,
  tcpSequence,
} from '@sluice/wire';
import type { Device } from '../../kernel.ts';
import { plain, tcp } from './frames.ts';
import { sentBy } from './watch.ts';

/** The stranger's first sequence number. */
const ISN = 1000;

/**
 * A TCP peer made of hand-written segments: it speaks only when told to, and notes what the other side says. Numbers
 * are relative to each side's first sequence number.
 */
export class TcpPeer {
  readonly #device: Device;
  readonly #port: number;
  readonly #seen: Uint8Array[];
  #theirs = 0;

  constructor(device: Device, port = 4000) {
    this.#device = device;
    this.#port = port;
    this.#seen = sentBy(device);
  }

  /** Sends a segment; `flags` as bits, numbers relative. */
  send(flags: number, seq: number, ack: number, payload = '', options: TcpOptions = {}, window = 65535): void {
    const segment = { sourcePort: this.#port, flags, sequence: (ISN + seq) >>> 0, options, window };
    this.#device.inject(tcp({ ...segment, acknowledgment: (this.#theirs + ack) >>> 0 }, payload));
  }

  /** What the other side has said since this was last asked: `SYN,ACK seq 0 ack 1`. */
  said(): string[] {
    return this.#seen.splice(0).flatMap((frame) => {
      if (ipProtocol(frame, ETH_HLEN) !== 6) return [];
      const at = ETH_HLEN + ipHeaderBytes(frame, ETH_HLEN);
      if (tcpDestinationPort(frame, at) !== this.#port) return [];
      const flags = tcpFlags(frame, at);
      const sequence = tcpSequence(frame, at);
      if (flags & 2) this.#theirs = sequence;
      const payload = frame.subarray(at + tcpHeaderBytes(frame, at), ETH_HLEN + ipTotalLength(frame, ETH_HLEN));
      const seq = sequence === 0 ? 0 : (sequence - this.#theirs) >>> 0;
      const ack = flags & 16 ? ` ack ${(tcpAcknowledgment(frame, at) - ISN) >>> 0}` : '';
      return [`${formatTcpFlags(flags)} seq ${seq}${ack}${payload.length > 0 ? ` '${plain(payload)}'` : ''}`];
    });
  }
}
