/**
 * The one linear memory that a kernel's packets, contexts, map values and BPF stacks live in, so that compiled
 * WebAssembly, the interpreter and the kernel's own code all see the same bytes.
 *
 * An address is a byte offset into that memory, fits in 32 bits, and is never 0: 0 is BPF's NULL.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly u64: BigUint64Array;
  readonly view: DataView;
  readonly size: number;
  #top = FIRST_ADDRESS;
  readonly #free = new Map<number, number[]>();

  /**
   * @param bytesMax size of the memory; it never grows, so views stay valid. Pages nobody touches cost nothing.
   */
  constructor(bytesMax = 256 << 20) {
    const pages = Math.ceil(bytesMax / PAGE_BYTES);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const buffer = this.memory.buffer;
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u64 = new BigUint64Array(buffer);
    this.view = new DataView(buffer);
    this.size = buffer.byteLength;
  }

  /** Returns the address of `bytes` zeroed bytes, aligned to 8 (or to a larger power of two). Throws ArenaExhausted. */
  alloc(bytes: number, align = 8): number {
    const size = roundUp(bytes === 0 ? 1 : bytes, 8);
    if (align <= 8) {
      const reused = this.#free.get(size)?.pop();
      if (reused !== undefined) {
        this.u8.fill(0, reused, reused + size);
        return reused;
      }
    }
    const at = roundUp(this.#top, align);
    if (at + size > this.size) throw new ArenaExhausted(bytes, this.size);
    this.#top = at + size;
    return at;
  }

  /** Gives back what `alloc(bytes)` returned. */
  free(address: number, bytes: number): void {
    const size = roundUp(bytes === 0 ? 1 : bytes, 8);
    const list = this.#free.get(size);
    if (list) list.push(address);
    else this.#free.set(size, [address]);
  }

  /** Copies bytes out. */
  read(address: number, length: number): Uint8Array {
    return this.u8.slice(address, address + length);
  }

  /** Copies bytes in. */
  write(address: number, bytes: Uint8Array): void {
    this.u8.set(bytes, address);
  }
}

/** The memory is full; `requested` bytes could not be had. */
export class ArenaExhausted extends Error {
  constructor(
    readonly requested: number,
    readonly size: number,
  ) {
    super(`out of memory: ${requested} bytes asked of a ${size >>> 20} MiB kernel; create the kernel with more`);
  }
}

const PAGE_BYTES = 65536;
/** Low addresses stay unused, so that a NULL plus a small offset never hits live data. */
const FIRST_ADDRESS = 4096;

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;
