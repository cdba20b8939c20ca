import type { MapSpec } from '@sluice/ebpf';
import { EngineError } from '@sluice/engine';
import { libc, type MappedPointer } from '../syscall/libc.ts';

/** A mapped ring buffer: the consumer's page and the data, which the kernel maps twice so that records never wrap. */
export interface RingbufMapping {
  unmap(): void;
  readonly consumer: BigInt64Array;
  readonly producer: BigInt64Array;
  readonly bytes: Uint8Array;
  readonly headers: Int32Array;
  /** Bytes of one of the two images of the data. */
  readonly size: number;
}

/**
 * Hands every finished record to `onRecord` (a copy) and gives its room back. Maps the buffer on first use.
 *
 * Kernel: kernel/bpf/ringbuf.c: the header's first word holds length, busy and discard bits; positions only grow.
 */
export function drainRingbuf(
  spec: MapSpec,
  fd: number,
  mapping: RingbufMapping | undefined,
  onRecord: (record: Uint8Array) => void,
): { ring: RingbufMapping; records: number } {
  if (spec.type !== 'ringbuf') throw new EngineError(`map ${spec.name}`, 'EINVAL', 'only a ring buffer can be drained');
  const ring = mapping ?? mapRingbuf(spec, fd);
  let records = 0;
  // Positions only grow, and stay below 2^53 for longer than any machine runs.
  let position = Number(Atomics.load(ring.consumer, 0));
  for (let end = producedUpTo(ring); position < end; end = producedUpTo(ring)) {
    const from = position;
    while (position < end) {
      const at = position % ring.size;
      const header = Atomics.load(ring.headers, at >> 2);
      if (header & BUSY_BIT) break;
      const length = header & LENGTH_MASK;
      if ((header & DISCARD_BIT) === 0) {
        onRecord(ring.bytes.slice(at + HEADER_BYTES, at + HEADER_BYTES + length));
        records++;
      }
      position += (HEADER_BYTES + length + 7) & ~7;
    }
    Atomics.store(ring.consumer, 0, BigInt(position));
    if (position === from) break;
  }
  return { ring, records };
}

const producedUpTo = (ring: RingbufMapping): number => Number(Atomics.load(ring.producer, 0));

function mapRingbuf(spec: MapSpec, fd: number): RingbufMapping {
  const size = spec.maxEntries;
  const consumerPage = map(spec, fd, PAGE, PROT_READ | PROT_WRITE, 0);
  const rest = map(spec, fd, PAGE + 2 * size, PROT_READ, PAGE);
  const restBuffer = libc().view(rest, PAGE + 2 * size);
  return {
    consumer: new BigInt64Array(libc().view(consumerPage, PAGE), 0, 1),
    producer: new BigInt64Array(restBuffer, 0, 1),
    bytes: new Uint8Array(restBuffer, PAGE),
    headers: new Int32Array(restBuffer, PAGE),
    size,
    unmap: () => {
      libc().munmap(consumerPage, PAGE);
      libc().munmap(rest, PAGE + 2 * size);
    },
  };
}

function map(spec: MapSpec, fd: number, length: number, protection: number, offset: number): MappedPointer {
  const pointer = libc().mmap(null, length, protection, MAP_SHARED, fd, offset);
  if (pointer === null) throw new EngineError(`mmap of ring buffer ${spec.name}`, 'ENOMEM', 'the kernel refused');
  return pointer;
}

const PAGE = 4096;
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const BUSY_BIT = 1 << 31;
const DISCARD_BIT = 1 << 30;
const LENGTH_MASK = 0x3fff_ffff;
const HEADER_BYTES = 8;
