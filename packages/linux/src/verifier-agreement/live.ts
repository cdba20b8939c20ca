import { release } from 'node:os';
import { probeBpf } from '../capability/probe-bpf.ts';

/** The Linux whose verdicts ours are held against. */
const MAJOR = 6;
const MINOR = 18;

/** Why the running kernel cannot be asked, or undefined. */
export function agreementObstacle(): string | undefined {
  const capability = probeBpf();
  if (!capability.usable) return capability.missing;
  const [major = 0, minor = 0] = release().split('.').map(Number);
  if (major > MAJOR || (major === MAJOR && minor >= MINOR)) return undefined;
  return `this is Linux ${release()}, and agreement is promised with ${MAJOR}.${MINOR} and later`;
}

/** Says once why the tests that follow are skipped. */
export function skipsAgreement(): boolean {
  const obstacle = agreementObstacle();
  if (obstacle) console.warn(`skipping the verifier's agreement with Linux: ${obstacle}`);
  return obstacle !== undefined;
}
