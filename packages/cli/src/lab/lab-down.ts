import { removeStaleCgroups } from '@sluice/linux';
import { EXIT, Exit } from '../exit-codes.ts';
import { isRunning, listLabs, removeLab } from './lab-state.ts';

/** `sluice lab down`: ends a lab, also one whose process was killed; waits until it is gone. */
export async function labDown(options: { readonly name: string }): Promise<number> {
  const lab = listLabs().find((candidate) => candidate.name === options.name);
  if (!lab) throw new Exit(EXIT.NO_INPUT, [`error: there is no lab named ${options.name}`]);
  if (isRunning(lab)) process.kill(lab.pid, 'SIGTERM');
  for (let tries = 0; isRunning(lab) && tries < TRIES; tries++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  if (isRunning(lab)) throw new Exit(EXIT.UNAVAILABLE, [`error: process ${lab.pid} of lab ${lab.name} does not end`]);
  removeLab(lab.name);
  removeStaleCgroups();
  return EXIT.OK;
}

/** `sluice lab list`: a line for each lab. */
export function labList(): number {
  for (const lab of listLabs()) {
    const pods = Object.keys(lab.namespaces).length;
    console.log(`${lab.name}\t${isRunning(lab) ? `process ${lab.pid}` : 'ended'}\t${pods} namespaces`);
  }
  return EXIT.OK;
}

const TRIES = 200;
const PAUSE_MS = 50;
