import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { EXIT, Exit } from '../exit-codes.ts';
import { findLab } from './lab-state.ts';

/**
 * `sluice lab exec`: runs a command as if in a Pod: in its network namespace and cgroup, with Services' names in
 * /etc/hosts (in a mount namespace of the command's own). Returns the command's status.
 */
export function labExec(place: string, command: readonly string[], options: { readonly name: string }): number {
  const lab = findLab(options.name);
  const fd = lab.namespaces[place];
  if (fd === undefined) {
    const places = Object.keys(lab.namespaces).join(', ');
    throw new Exit(EXIT.USAGE, [`error: lab ${lab.name} has no ${place} — it has ${places}`]);
  }
  const cgroup = lab.cgroups[place];
  if (cgroup) writeFileSync(join(cgroup, 'cgroup.procs'), String(process.pid));
  const hosts = lab.hostsFiles[place.split('/')[0] ?? ''];
  const mount = hosts ? `mount --bind ${hosts} /etc/hosts && ` : '';
  const inside = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', `${mount}exec "$@"`, 'sh', ...command];
  const result = spawnSync('nsenter', [`--net=/proc/${lab.pid}/fd/${fd}`, ...inside], { stdio: 'inherit' });
  if (result.error) throw new Exit(EXIT.UNAVAILABLE, [`error: nsenter: ${result.error.message}`]);
  return result.status ?? 128 + (result.signal ? constants.signals[result.signal] : 0);
}
