import { AttrArena } from '../syscall/attr-arena.ts';
import { systemError } from '../syscall/errno.ts';
import { libc, type Watch } from '../syscall/libc.ts';

/** A frame that a packet socket saw. */
export interface SeenFrame {
  readonly bytes: Uint8Array;
  /** The device sent it; otherwise it received it. */
  readonly outgoing: boolean;
}

/**
 * An AF_PACKET socket on one device: for `capture` it sees every frame that passes, as tcpdump does, and can send whole
 * frames; for `inject` it only sends, past the device's tc programs, queue and captures, straight to the driver: as if
 * the frame had been on the wire behind it. Open it in the device's network namespace.
 *
 * Kernel: net/packet/af_packet.c; Spec: packet(7).
 */
export class PacketSocket {
  readonly #fd: number;
  readonly #memory = new AttrArena(FRAME_BYTES_MAX + 256);
  #watch: Watch | undefined;

  constructor(
    readonly ifindex: number,
    use: 'capture' | 'inject' = 'capture',
  ) {
    this.#fd = libc().socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (this.#fd < 0) throw systemError('packet socket', libc().errno());
    const at = this.#address();
    if (use === 'inject') {
      const one = this.#memory.take(4);
      this.#memory.view.setInt32(one, 1, true);
      libc().setsockopt(this.#fd, SOL_PACKET, PACKET_QDISC_BYPASS, this.#memory.address(one), 4);
      return;
    }
    this.#enlarge();
    if (libc().bind(this.#fd, this.#memory.address(at), SOCKADDR_LL_BYTES) < 0) {
      throw systemError(`packet socket on device ${ifindex}`, libc().errno());
    }
  }

  /** Transmits a frame through the device. Throws EngineError. */
  send(frame: Uint8Array): void {
    const address = this.#address();
    const at = this.#memory.put(frame);
    const [from, to] = [this.#memory.address(at), this.#memory.address(address)];
    const sent = libc().sendto(this.#fd, from, frame.length, 0, to, SOCKADDR_LL_BYTES);
    if (sent < 0) throw systemError(`sending ${frame.length} bytes on device ${this.ifindex}`, libc().errno());
  }

  /** The frames that wait, oldest first. */
  receive(): SeenFrame[] {
    const frames: SeenFrame[] = [];
    for (;;) {
      this.#memory.reset();
      const address = this.#memory.take(SOCKADDR_LL_BYTES + 4);
      const length = this.#memory.take(8);
      const at = this.#memory.take(FRAME_BYTES_MAX);
      this.#memory.view.setUint32(length, SOCKADDR_LL_BYTES, true);
      const [into, who, size] = [at, address, length].map((offset) => this.#memory.address(offset)) as [
        number,
        number,
        number,
      ];
      const got = libc().recvfrom(this.#fd, into, FRAME_BYTES_MAX, 0, who, size);
      if (got < 0) return frames;
      const outgoing = this.#memory.u8[address + PKTTYPE_OFFSET] === PACKET_OUTGOING;
      frames.push({ bytes: this.#memory.u8.slice(at, at + got), outgoing });
    }
  }

  /** Calls back with each frame as it comes, until `close`. Does not keep the process alive. */
  follow(onFrame: (frame: SeenFrame) => void): void {
    this.#watch = libc().watch(this.#fd, 'readable', () => {
      for (const frame of this.receive()) onFrame(frame);
    });
    this.#watch.unref();
  }

  close(): void {
    this.#watch?.close();
    libc().close(this.#fd);
    this.#memory.release();
  }

  /** A burst of small frames fills the usual buffer after some 256 of them. */
  #enlarge(): void {
    const size = this.#memory.take(4);
    this.#memory.view.setInt32(size, RECEIVE_BUFFER_BYTES, true);
    libc().setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, this.#memory.address(size), 4);
  }

  /** struct sockaddr_ll of the device, at the arena's start. */
  #address(): number {
    this.#memory.reset();
    const at = this.#memory.take(SOCKADDR_LL_BYTES + 4);
    this.#memory.view.setUint16(at, AF_PACKET, true);
    this.#memory.view.setUint16(at + 2, ETH_P_ALL_NETWORK, true);
    this.#memory.view.setInt32(at + 4, this.ifindex, true);
    return at;
  }
}

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;
/** ETH_P_ALL (3) in network order. */
const ETH_P_ALL_NETWORK = 0x0300;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const RECEIVE_BUFFER_BYTES = 8 << 20;
const SOL_PACKET = 263;
const PACKET_QDISC_BYPASS = 20;
const SOCKADDR_LL_BYTES = 20;
const PKTTYPE_OFFSET = 10;
const PACKET_OUTGOING = 4;
const FRAME_BYTES_MAX = 65536;
