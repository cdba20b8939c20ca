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
  #lastActivity = 0;
  /** Something happened: a frame, a socket event. */
  readonly activity = (): void => {
    this.#lastActivity = performance.now();
  };

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
    while (performance.now() - this.#lastActivity < QUIET_MS) {
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS / 4));
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
