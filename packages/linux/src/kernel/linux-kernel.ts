import type { HostOptions, Kernel } from '@sluice/engine';
import { LinuxHost } from './linux-host.ts';
import { LinuxSegment } from './linux-segment.ts';

/**
 * The engine contract on the running kernel: hosts are network namespaces of our own, segments are bridges of our own.
 * Nothing of the machine's is touched, and nothing is left behind, however the process ends: namespaces, links and
 * programs live by file descriptors alone. (A cgroup directory, made only for cgroup programs, is removed by `close`.)
 */
export class LinuxKernel implements Kernel {
  readonly kind = 'linux';
  readonly #hosts: LinuxHost[] = [];
  readonly #segments: LinuxSegment[] = [];
  readonly #quietMs: number;
  #lastActivity = 0;
  /** Something happened: a frame, a socket event. */
  readonly activity = (): void => {
    this.#lastActivity = performance.now();
  };

  /** `quietMs`: for how long nothing must have been seen before `settle` believes that all is done. */
  constructor(options: { readonly quietMs?: number } = {}) {
    this.#quietMs = options.quietMs ?? QUIET_MS;
  }

  createHost(options: HostOptions): LinuxHost {
    const host = new LinuxHost(this, options);
    this.#hosts.push(host);
    return host;
  }

  createSegment(name: string): LinuxSegment {
    const segment = new LinuxSegment(this, name);
    this.#segments.push(segment);
    return segment;
  }

  /** Waits until nothing was seen for a while: the kernel does not say that it has no work left. */
  async settle(): Promise<void> {
    this.activity();
    while (performance.now() - this.#lastActivity < this.#quietMs) {
      await new Promise((resolve) => setTimeout(resolve, this.#quietMs / 4));
      // A thread that was busy elsewhere runs timers first: what waits at its descriptors must be seen before we judge.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The monotonic clock, nanoseconds. */
  nowNs(): number {
    return performance.now() * 1e6;
  }

  /** Gives everything back. */
  close(): void {
    for (const host of this.#hosts.splice(0)) host.close();
    for (const segment of this.#segments.splice(0)) segment.close();
  }
}

const QUIET_MS = 80;
