import { createServer, Socket } from 'node:net';
import type { TcpConnection, TcpListener } from '@sluice/engine';
import { errnoWords } from '../syscall/errno.ts';
import { libc, type Watch } from '../syscall/libc.ts';
import {
  bindSocket,
  connectSocket,
  type InetAddress,
  listenSocket,
  makeSocket,
  nameOf,
  reuseAddress,
  SOCK_STREAM,
  socketError,
} from './socket-address.ts';

/** Notes that something happened, so that whoever waits for quiet waits on. */
export type OnActivity = () => void;

/** Listens in the current network namespace. Throws EngineError. */
export function listenTcp(
  at: InetAddress,
  onConnection: (connection: TcpConnection) => void,
  active: OnActivity,
): TcpListener {
  const fd = makeSocket(SOCK_STREAM);
  reuseAddress(fd);
  bindSocket(fd, at);
  listenSocket(fd);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    active();
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    const peer = { address: remoteAddress ?? '', port: remotePort ?? 0 };
    const local = { address: localAddress ?? '', port: localPort ?? 0 };
    onConnection(new LinuxTcpConnection(socket, peer, local, active));
  });
  server.listen({ fd });
  server.unref();
  return { close: () => server.close() };
}

/** Starts to connect from the current network namespace and cgroup. */
export function connectTcp(to: InetAddress, sourcePort: number | undefined, active: OnActivity): LinuxTcpConnection {
  const fd = makeSocket(SOCK_STREAM);
  if (sourcePort !== undefined) {
    reuseAddress(fd);
    bindSocket(fd, { address: '0.0.0.0', port: sourcePort });
  }
  const errno = connectSocket(fd, to);
  const local = nameOf(fd, 'local') ?? { address: '0.0.0.0', port: 0 };
  const connection = new LinuxTcpConnection(undefined, to, local, active);
  if (errno === 0 || errno === EINPROGRESS) connection.await(fd);
  else {
    libc().close(fd);
    connection.fail(errno);
  }
  return connection;
}

/** A TCP connection of Node's own, once it stands; before that, a connect in progress. */
export class LinuxTcpConnection implements TcpConnection {
  state = 'SYN_SENT';
  #socket: Socket | undefined;
  #connecting: { readonly fd: number; readonly watch: Watch } | undefined;
  readonly #peer: InetAddress;
  readonly #local: InetAddress;
  readonly #active: OnActivity;
  readonly #established: (() => void)[] = [];
  readonly #data: ((payload: Uint8Array) => void)[] = [];
  readonly #closed: ((reason: string | undefined) => void)[] = [];

  constructor(socket: Socket | undefined, peer: InetAddress, local: InetAddress, active: OnActivity) {
    this.#peer = peer;
    this.#local = local;
    this.#active = active;
    if (socket) this.#adopt(socket);
  }

  send(payload: Uint8Array): void {
    this.#socket?.write(payload);
  }

  onData(handler: (payload: Uint8Array) => void): void {
    this.#data.push(handler);
  }

  onEstablished(handler: () => void): void {
    this.#established.push(handler);
  }

  onClose(handler: (reason: string | undefined) => void): void {
    this.#closed.push(handler);
  }

  peer(): InetAddress {
    return this.#peer;
  }

  local(): InetAddress {
    return this.#local;
  }

  close(): void {
    this.#socket?.end();
  }

  /** Waits for a connect in progress, then goes on with Node's own socket. */
  await(fd: number): void {
    const watch = libc().watch(fd, 'writable', () => {
      watch.close();
      this.#connecting = undefined;
      this.#active();
      const errno = socketError(fd);
      if (errno !== 0) {
        libc().close(fd);
        this.#close(errnoWords(errno)[0]);
        return;
      }
      this.#adopt(new Socket({ fd, readable: true, writable: true, allowHalfOpen: true }));
      for (const handler of this.#established) handler();
    });
    this.#connecting = { fd, watch };
  }

  /** Gives up at once, whatever is on the way; nobody is told. */
  abort(): void {
    this.state = 'CLOSE';
    this.#socket?.destroy();
    if (!this.#connecting) return;
    this.#connecting.watch.close();
    libc().close(this.#connecting.fd);
    this.#connecting = undefined;
  }

  fail(errno: number): void {
    queueMicrotask(() => this.#close(errnoWords(errno)[0]));
  }

  #adopt(socket: Socket): void {
    this.#socket = socket;
    this.state = 'ESTABLISHED';
    socket.on('data', (payload: Buffer) => {
      this.#active();
      for (const handler of this.#data) handler(new Uint8Array(payload));
    });
    socket.on('end', () => {
      this.#active();
      socket.end();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.#close(error.code));
    socket.on('close', () => this.#close(undefined));
  }

  #close(reason: string | undefined): void {
    if (this.state === 'CLOSE') return;
    this.state = 'CLOSE';
    this.#active();
    for (const handler of this.#closed) handler(reason);
  }
}

const EINPROGRESS = 115;
