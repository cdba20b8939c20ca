import type { TcpListenSock } from './tcp-listen-sock.ts';
import type { TcpSock } from './tcp-sock.ts';

/** The TCP sockets of a namespace. Kernel: struct inet_hashinfo. */
export class TcpTable {
  readonly listeners = new Map<number, TcpListenSock[]>();
  readonly #connections = new Map<number, TcpSock[]>();

  /** Every connection, TIME_WAIT included. */
  *connections(): Generator<TcpSock> {
    for (const list of this.#connections.values()) yield* list;
  }

  /** The connection between two ends; local first. Kernel: __inet_lookup_established(). */
  lookup(localAddress: number, localPort: number, peerAddress: number, peerPort: number): TcpSock | undefined {
    const list = this.#connections.get(hashOf(localAddress, localPort, peerAddress, peerPort));
    if (list === undefined) return undefined;
    for (let i = 0; i < list.length; i++) {
      const s = list[i]!;
      if (
        s.localPort === localPort &&
        s.peerPort === peerPort &&
        s.localAddress === localAddress &&
        s.peerAddress === peerAddress
      ) {
        return s;
      }
    }
    return undefined;
  }

  add(sock: TcpSock): void {
    const key = hashOf(sock.localAddress, sock.localPort, sock.peerAddress, sock.peerPort);
    const list = this.#connections.get(key);
    if (list) list.push(sock);
    else this.#connections.set(key, [sock]);
  }

  remove(sock: TcpSock): void {
    const key = hashOf(sock.localAddress, sock.localPort, sock.peerAddress, sock.peerPort);
    const list = this.#connections.get(key);
    const at = list?.indexOf(sock) ?? -1;
    if (!list || at < 0) return;
    list.splice(at, 1);
    if (list.length === 0) this.#connections.delete(key);
  }

  /** One bound to that address before one bound to any. Kernel: __inet_lookup_listener(). */
  lookupListener(address: number, port: number): TcpListenSock | undefined {
    const list = this.listeners.get(port);
    return list?.find((l) => l.localAddress === address) ?? list?.find((l) => l.localAddress === 0);
  }

  removeListener(sock: TcpListenSock): void {
    const left = this.listeners.get(sock.localPort)?.filter((l) => l !== sock) ?? [];
    if (left.length > 0) this.listeners.set(sock.localPort, left);
    else this.listeners.delete(sock.localPort);
  }
}

const hashOf = (localAddress: number, localPort: number, peerAddress: number, peerPort: number): number =>
  Math.imul(localAddress ^ Math.imul(peerAddress, 0x9e3779b1), 0x85ebca77) ^ (localPort << 16) ^ peerPort;
