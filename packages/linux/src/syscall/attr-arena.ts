import { EngineError } from '@sluice/engine';
import { libc, type MappedPointer } from './libc.ts';

/**
 * Stable memory for system-call attributes: one anonymous mapping, handed out from the start for each call and taken
 * back whole. The kernel holds pointers into it only during the call, and JavaScript's collector never moves it.
 */
export class AttrArena {
  readonly u8: Uint8Array;
  readonly view: DataView;
  readonly #base: number;
  readonly #pointer: MappedPointer;
  #top = 0;

  constructor(readonly size: number) {
    const pointer = libc().mmap(null, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pointer === null) throw new EngineError('mmap of system-call memory', 'ENOMEM', `${size} bytes`);
    const buffer = libc().view(pointer, size);
    this.#base = libc().address(pointer);
    this.#pointer = pointer;
    this.u8 = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Unmaps the memory; no view of it may be used any more. */
  release(): void {
    libc().munmap(this.#pointer, this.size);
  }

  /** Takes everything back; call at the start of each system call's preparation. */
  reset(): void {
    this.#top = 0;
  }

  /** Offset of `bytes` zeroed bytes, 8-aligned. Throws EngineError ENOMEM where the arena is full. */
  take(bytes: number): number {
    const at = this.#top;
    this.#top = (at + bytes + 7) & ~7;
    if (this.#top > this.size) throw new EngineError('system call', 'ENOMEM', `${bytes} bytes of arguments do not fit`);
    this.u8.fill(0, at, this.#top);
    return at;
  }

  /** Copies bytes in and returns their offset. */
  put(bytes: Uint8Array): number {
    const at = this.take(bytes.length);
    this.u8.set(bytes, at);
    return at;
  }

  /** Copies a string in, NUL-terminated. */
  putString(text: string): number {
    return this.put(new TextEncoder().encode(`${text}\0`));
  }

  /** The machine address of an offset. */
  address(offset: number): number {
    return this.#base + offset;
  }

  /** Writes the machine address of `offset` as a 64-bit attribute field at `field`. */
  setPointer(field: number, offset: number): void {
    this.view.setBigUint64(field, BigInt(this.address(offset)), true);
  }
}

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_PRIVATE = 2;
const MAP_ANONYMOUS = 0x20;
