import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, Exit } from '../exit-codes.ts';

/** What a running lab tells other commands: who keeps it, and where its namespaces are. */
export interface LabState {
  readonly name: string;
  /** The process whose descriptors hold everything; when it ends, however it ends, the kernel takes all of it back. */
  readonly pid: number;
  /** Descriptor of each namespace in that process, by `ns/pod` or `node/name`. */
  readonly namespaces: Readonly<Record<string, number>>;
  /** Directory of the cgroup that each namespace's processes belong in. */
  readonly cgroups: Readonly<Record<string, string>>;
  /** A hosts file for each namespace of Kubernetes: how names resolve there. */
  readonly hostsFiles: Readonly<Record<string, string>>;
}

const FOLDER = '/run/sluice';
const pathOf = (name: string): string => join(FOLDER, `lab-${name}.json`);

/** Folder for a lab's own files. */
export function labFolder(name: string): string {
  const folder = join(FOLDER, `lab-${name}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

export function writeLab(state: LabState): void {
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  writeFileSync(pathOf(state.name), JSON.stringify(state), { mode: 0o600 });
}

export function removeLab(name: string): void {
  rmSync(pathOf(name), { force: true });
  rmSync(join(FOLDER, `lab-${name}`), { recursive: true, force: true });
}

/** The labs that were brought up, running or not. */
export function listLabs(): LabState[] {
  let names: string[];
  try {
    names = readdirSync(FOLDER);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as LabState);
}

/** Whether the process that keeps the lab is still there. */
export function isRunning({ pid }: LabState): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The running lab of that name; without one, ends the command and says what there is. */
export function findLab(name: string): LabState {
  const labs = listLabs();
  const lab = labs.find((candidate) => candidate.name === name);
  if (lab && isRunning(lab)) return lab;
  const names = labs.filter(isRunning).map((candidate) => candidate.name);
  const remedy = names.length > 0 ? `there is ${names.join(', ')}` : 'bring one up with: sluice lab up -f FOLDER';
  throw new Exit(EXIT.NO_INPUT, [`error: no lab named ${name} is running — ${remedy}`]);
}
