import { createRequire } from 'node:module';

/**
 * The only door to the C library. koffi is loaded on first use, so that programs that never touch Linux start without
 * it and machines without it learn so in a sentence (see capability/).
 */
export interface Libc {
  /** syscall(2) with an attribute block, as bpf(2) is called. Returns -1 with `errno()` set, or the result. */
  syscallAttr(number: number, command: number, attr: bigint | number, size: number): number;
  mmap(
    address: null,
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ): MappedPointer | null;
  munmap(pointer: MappedPointer, length: number): number;
  close(fd: number): number;
  socket(domain: number, type: number, protocol: number): number;
  /** Pointers are machine addresses. */
  setsockopt(fd: number, level: number, option: number, value: number, length: number): number;
  send(fd: number, bytes: number, length: number, flags: number): number;
  recv(fd: number, bytes: number, length: number, flags: number): number;
  sendto(fd: number, bytes: number, length: number, flags: number, address: number, addressLength: number): number;
  recvfrom(fd: number, bytes: number, length: number, flags: number, address: number, addressLength: number): number;
  bind(fd: number, address: number, length: number): number;
  connect(fd: number, address: number, length: number): number;
  listen(fd: number, backlog: number): number;
  getsockopt(fd: number, level: number, option: number, value: number, length: number): number;
  getpeername(fd: number, address: number, length: number): number;
  getsockname(fd: number, address: number, length: number): number;
  unshare(flags: number): number;
  setns(fd: number, type: number): number;
  /** errno of the last failed call on this thread. */
  errno(): number;
  /** Calls back on the event loop whenever `fd` has something to read (or can be written); keeps the process alive. */
  watch(fd: number, event: 'readable' | 'writable', callback: () => void): Watch;
  /** The bytes behind a mapping, without a copy. */
  view(pointer: MappedPointer, length: number): ArrayBuffer;
  address(pointer: MappedPointer): number;
}

export interface Watch {
  close(): void;
  ref(): void;
  unref(): void;
}

declare const mapped: unique symbol;
export type MappedPointer = { readonly [mapped]: true };

let loaded: Libc | undefined;

/** Loads koffi and libc once. Throws what `require` throws where koffi or its binary is missing. */
export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const lib = koffi.load('libc.so.6');
  const mmap = lib.func('void *mmap(void *a, size_t n, int prot, int flags, int fd, int64 off)');
  const munmap = lib.func('int munmap(void *a, size_t n)');
  return {
    syscallAttr: lib.func('syscall', 'int', ['int', 'int', 'int64', 'uint32']) as Libc['syscallAttr'],
    mmap: (address, length, protection, flags, fd, offset) => {
      const pointer = mmap(address, length, protection, flags, fd, offset) as MappedPointer;
      return koffi.address(pointer) === MAP_FAILED ? null : pointer;
    },
    munmap: munmap as unknown as Libc['munmap'],
    close: lib.func('int close(int fd)') as unknown as Libc['close'],
    socket: lib.func('int socket(int domain, int type, int protocol)') as unknown as Libc['socket'],
    setsockopt: lib.func(
      'int setsockopt(int fd, int level, int option, int64 value, uint32 length)',
    ) as unknown as Libc['setsockopt'],
    send: lib.func('long send(int fd, int64 bytes, size_t length, int flags)') as unknown as Libc['send'],
    recv: lib.func('long recv(int fd, int64 bytes, size_t length, int flags)') as unknown as Libc['recv'],
    sendto: lib.func(
      'long sendto(int fd, int64 bytes, size_t length, int flags, int64 address, uint32 addressLength)',
    ) as unknown as Libc['sendto'],
    recvfrom: lib.func(
      'long recvfrom(int fd, int64 bytes, size_t length, int flags, int64 address, int64 addressLength)',
    ) as unknown as Libc['recvfrom'],
    bind: lib.func('int bind(int fd, int64 address, uint32 length)') as unknown as Libc['bind'],
    connect: lib.func('int connect(int fd, int64 address, uint32 length)') as unknown as Libc['connect'],
    listen: lib.func('int listen(int fd, int backlog)') as unknown as Libc['listen'],
    getsockopt: lib.func(
      'int getsockopt(int fd, int level, int option, int64 value, int64 length)',
    ) as unknown as Libc['getsockopt'],
    getpeername: lib.func('int getpeername(int fd, int64 address, int64 length)') as unknown as Libc['getpeername'],
    getsockname: lib.func('int getsockname(int fd, int64 address, int64 length)') as unknown as Libc['getsockname'],
    unshare: lib.func('int unshare(int flags)') as unknown as Libc['unshare'],
    setns: lib.func('int setns(int fd, int type)') as unknown as Libc['setns'],
    errno: () => koffi.errno(),
    watch: (fd, event, callback) => koffi.node.poll(fd, { [event]: true }, callback) as unknown as Watch,
    view: (pointer, length) => koffi.view(pointer, length),
    address: (pointer) => Number(koffi.address(pointer)),
  };
}

const MAP_FAILED = 0xffff_ffff_ffff_ffffn;
