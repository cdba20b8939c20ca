import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pid } from 'node:process';
import { EngineError } from '@sluice/engine';

/**
 * A cgroup of our own in the v2 hierarchy (also where v1 stands beside it). A socket belongs to the cgroup that its
 * process was in when it was made; `run` is in it for one synchronous section.
 */
export class Cgroup {
  readonly fd: number;
  readonly path: string;

  /** Makes it. Throws EngineError where there is no v2 hierarchy or it may not be written. */
  constructor(name: string) {
    this.path = join(unifiedMount(), `sluice-${pid}-${name}`);
    try {
      mkdirSync(this.path);
      this.fd = openSync(this.path, 'r');
    } catch (error) {
      throw failure(`making cgroup ${this.path}`, error);
    }
  }

  /** Does `section` with this process in the cgroup, and goes back whatever happens. */
  run<T>(section: () => T): T {
    const own = ownPath();
    this.#move(this.path);
    try {
      return section();
    } finally {
      this.#move(own);
    }
  }

  /** Takes it away; its sockets must be closed. */
  remove(): void {
    closeSync(this.fd);
    try {
      rmdirSync(this.path);
    } catch (error) {
      throw failure(`removing cgroup ${this.path}`, error);
    }
  }

  #move(path: string): void {
    try {
      writeFileSync(join(path, 'cgroup.procs'), String(pid));
    } catch (error) {
      throw failure(`moving into cgroup ${path}`, error);
    }
  }
}

/** Removes cgroups of ours whose process is gone: what a kill leaves. Never throws; what is in use stays. */
export function removeStaleCgroups(): void {
  let mount: string;
  try {
    mount = unifiedMount();
  } catch {
    return;
  }
  for (const name of readdirSync(mount)) {
    const owner = /^sluice-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    try {
      rmdirSync(join(mount, name));
    } catch {
      // A process of a lab's user is still in it; the next clean-up takes it.
    }
  }
}

/** Where the v2 hierarchy is mounted. */
function unifiedMount(): string {
  const line = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .find((mount) => mount.split(' ')[2] === 'cgroup2');
  const path = line?.split(' ')[1];
  if (!path)
    throw new EngineError('cgroup v2', 'ENOENT', 'no cgroup2 file system is mounted; mount one on /sys/fs/cgroup');
  return path;
}

/** This process's place in the v2 hierarchy. */
function ownPath(): string {
  const line = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('0::'));
  return join(unifiedMount(), line?.slice(3) ?? '/');
}

function failure(operation: string, error: unknown): EngineError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new EngineError(operation, code ?? 'EIO', message);
}
