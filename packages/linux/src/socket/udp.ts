import { EngineError, type UdpSocket } from '@sluice/engine';
import { formatIpv4, parseIpv4 } from '@sluice/wire';
import { AttrArena } from '../syscall/attr-arena.ts';
import { errnoWords } from '../syscall/errno.ts';
import { libc, type Watch } from '../syscall/libc.ts';
import { bindSocket, connectSocket, type InetAddress, makeSocket, nameOf, SOCK_DGRAM } from './socket-address.ts';
import type { OnActivity } from './tcp.ts';

/** A UDP socket of the network namespace and cgroup it was made in; everything else it does is on its descriptor. */
export class LinuxUdpSocket implements UdpSocket {
  readonly #fd = makeSocket(SOCK_DGRAM);
  readonly #memory = new AttrArena(DATAGRAM_BYTES_MAX + 4096);
  readonly #watch: Watch;
  /** An error that came while the socket was read, for the next `send`. */
  #pending: string | undefined;
  readonly #handlers: ((payload: Uint8Array, from: InetAddress) => void)[] = [];

  constructor(active: OnActivity) {
    this.#watch = libc().watch(this.#fd, 'readable', () => {
      active();
      this.#receive();
    });
    this.#watch.unref();
  }

  bind(address: string, port: number): void {
    bindSocket(this.#fd, { address, port });
  }

  connect(address: string, port: number): void {
    const errno = connectSocket(this.#fd, { address, port });
    if (errno === 0) return;
    const [name, words] = errnoWords(errno);
    throw new EngineError(`connect to ${address}:${port}`, name, words);
  }

  send(payload: Uint8Array, to?: InetAddress): string | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined) return pending;
    this.#memory.reset();
    const at = this.#memory.put(payload);
    const name = to ? this.#memory.address(this.#putName(to)) : 0;
    const sent = libc().sendto(this.#fd, this.#memory.address(at), payload.length, 0, name, to ? NAME_BYTES : 0);
    return sent < 0 ? errnoWords(libc().errno())[0] : undefined;
  }

  onMessage(handler: (payload: Uint8Array, from: InetAddress) => void): void {
    this.#handlers.push(handler);
  }

  peer(): InetAddress | undefined {
    return nameOf(this.#fd, 'peer');
  }

  local(): InetAddress {
    return nameOf(this.#fd, 'local') ?? { address: '0.0.0.0', port: 0 };
  }

  close(): void {
    this.#watch.close();
    libc().close(this.#fd);
    this.#memory.release();
  }

  #receive(): void {
    for (;;) {
      this.#memory.reset();
      const name = this.#memory.take(NAME_BYTES);
      const length = this.#memory.take(8);
      const at = this.#memory.take(DATAGRAM_BYTES_MAX);
      this.#memory.view.setUint32(length, NAME_BYTES, true);
      const [into, who, size] = [at, name, length].map((offset) => this.#memory.address(offset)) as [
        number,
        number,
        number,
      ];
      const got = libc().recvfrom(this.#fd, into, DATAGRAM_BYTES_MAX, 0, who, size);
      if (got < 0) {
        const errno = libc().errno();
        if (errno !== EAGAIN) this.#pending = errnoWords(errno)[0];
        return;
      }
      const { view } = this.#memory;
      const from = { address: formatIpv4(view.getUint32(name + 4)), port: view.getUint16(name + 2) };
      const payload = this.#memory.u8.slice(at, at + got);
      for (const handler of this.#handlers) handler(payload, from);
    }
  }

  #putName({ address, port }: InetAddress): number {
    const at = this.#memory.take(NAME_BYTES);
    this.#memory.view.setUint16(at, AF_INET, true);
    this.#memory.view.setUint16(at + 2, port);
    this.#memory.view.setUint32(at + 4, parseIpv4(address) ?? 0);
    return at;
  }
}

const EAGAIN = 11;
const AF_INET = 2;
const NAME_BYTES = 16;
const DATAGRAM_BYTES_MAX = 65536;
