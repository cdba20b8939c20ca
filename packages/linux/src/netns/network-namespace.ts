import { closeSync, openSync } from 'node:fs';
import { systemError } from '../syscall/errno.ts';
import { libc } from '../syscall/libc.ts';

/**
 * A network namespace that lives as long as this handle: it has no name in the file system, so nothing is left behind
 * when the process ends, however it ends.
 *
 * `run` switches this thread into the namespace for one synchronous section. System calls and child processes started
 * in it are the namespace's; promises are not, so nothing in it may wait.
 */
export class NetworkNamespace {
  #open = true;

  private constructor(
    readonly name: string,
    readonly fd: number,
  ) {}

  /** A new, empty namespace (loopback only, down). Throws EngineError where the kernel refuses. */
  static create(name: string): NetworkNamespace {
    const own = openSync(SELF, 'r');
    try {
      if (libc().unshare(CLONE_NEWNET) < 0) throw systemError(`unshare of network namespace ${name}`, libc().errno());
      const fd = openSync(SELF, 'r');
      enter(own, 'the own');
      return new NetworkNamespace(name, fd);
    } finally {
      closeSync(own);
    }
  }

  /** The namespace this thread is in. */
  static current(): NetworkNamespace {
    return new NetworkNamespace('', openSync(SELF, 'r'));
  }

  /** Does `section` in this namespace, and comes back whatever happens. */
  run<T>(section: () => T): T {
    const own = openSync(SELF, 'r');
    try {
      enter(this.fd, this.name);
      return section();
    } finally {
      enter(own, 'the own');
      closeSync(own);
    }
  }

  close(): void {
    if (this.#open) closeSync(this.fd);
    this.#open = false;
  }
}

function enter(fd: number, name: string): void {
  if (libc().setns(fd, CLONE_NEWNET) < 0) throw systemError(`entering network namespace ${name}`, libc().errno());
}

const SELF = '/proc/thread-self/ns/net';
const CLONE_NEWNET = 0x4000_0000;
