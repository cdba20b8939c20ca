import { EngineError } from '@sluice/engine';
import { formatIpv4, parseIpv4 } from '@sluice/wire';
import { AttrArena } from '../syscall/attr-arena.ts';
import { systemError } from '../syscall/errno.ts';
import { libc } from '../syscall/libc.ts';

export interface InetAddress {
  readonly address: string;
  readonly port: number;
}

let arena: AttrArena | undefined;
const memory = (): AttrArena => {
  arena ??= new AttrArena(4096);
  arena.reset();
  return arena;
};

/** Makes an IPv4 socket in the current network namespace and cgroup. `type` is SOCK_STREAM or SOCK_DGRAM. */
export function makeSocket(type: number): number {
  const fd = libc().socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError('socket', libc().errno());
  return fd;
}

/** SO_REUSEADDR: a port may be bound while connections of before are still in TIME_WAIT. */
export function reuseAddress(fd: number): void {
  const m = memory();
  const one = m.take(4);
  m.view.setInt32(one, 1, true);
  libc().setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, m.address(one), 4);
}

/** bind(2). Throws EngineError. */
export function bindSocket(fd: number, to: InetAddress): void {
  const m = memory();
  const at = putAddress(m, to);
  if (libc().bind(fd, m.address(at), SOCKADDR_IN_BYTES) < 0) {
    throw systemError(`bind to ${to.address}:${to.port}`, libc().errno());
  }
}

/** connect(2). Returns 0 or errno; EINPROGRESS (115) is how a TCP connection begins. */
export function connectSocket(fd: number, to: InetAddress): number {
  const m = memory();
  const at = putAddress(m, to);
  return libc().connect(fd, m.address(at), SOCKADDR_IN_BYTES) < 0 ? libc().errno() : 0;
}

export function listenSocket(fd: number): void {
  if (libc().listen(fd, 128) < 0) throw systemError('listen', libc().errno());
}

/** SO_ERROR: how a connect in progress ended; 0 is well. */
export function socketError(fd: number): number {
  const m = memory();
  const value = m.take(8);
  const length = m.take(8);
  m.view.setUint32(length, 4, true);
  libc().getsockopt(fd, SOL_SOCKET, SO_ERROR, m.address(value), m.address(length));
  return m.view.getInt32(value, true);
}

/** getpeername(2) or getsockname(2); undefined where there is none. */
export function nameOf(fd: number, which: 'peer' | 'local'): InetAddress | undefined {
  const m = memory();
  const at = m.take(SOCKADDR_IN_BYTES);
  const length = m.take(8);
  m.view.setUint32(length, SOCKADDR_IN_BYTES, true);
  const call = which === 'peer' ? libc().getpeername : libc().getsockname;
  if (call(fd, m.address(at), m.address(length)) < 0) return undefined;
  return { address: formatIpv4(m.view.getUint32(at + 4)), port: m.view.getUint16(at + 2) };
}

/** struct sockaddr_in */
function putAddress(m: AttrArena, { address, port }: InetAddress): number {
  const ip = parseIpv4(address);
  if (ip === undefined) throw new EngineError('socket address', 'EINVAL', `'${address}' is not an IPv4 address`);
  const at = m.take(SOCKADDR_IN_BYTES);
  m.view.setUint16(at, AF_INET, true);
  m.view.setUint16(at + 2, port);
  m.view.setUint32(at + 4, ip);
  return at;
}

export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
const AF_INET = 2;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_ERROR = 4;
const SOCKADDR_IN_BYTES = 16;
