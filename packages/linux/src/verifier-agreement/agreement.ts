import { type VerifierInput, verify } from '@sluice/ebpf';
import type { KernelVerifier } from './kernel.ts';

/** How two verifiers judged the same programs. */
export class Agreement {
  bothAccept = 0;
  bothRefuse = 0;
  /** We accept, Linux refuses: each one is a bug. */
  readonly unsound: string[] = [];
  /** We refuse, Linux accepts. */
  readonly strict: string[] = [];

  constructor(readonly kernel: KernelVerifier) {}

  compare(name: string, input: VerifierInput): void {
    const ours = verify(input);
    const theirs = this.kernel.verdict(input);
    if (ours.ok && theirs.ok) this.bothAccept++;
    else if (!ours.ok && !theirs.ok) this.bothRefuse++;
    else if (ours.ok) this.unsound.push(`${name}: ${theirs.errno} ${lastWords(theirs.log)}`);
    else this.strict.push(`${name}: ${ours.ok ? '' : ours.message}`);
  }

  /** `28,724 programs: 8,739 accepted and 19,973 refused by both, 12 refused by us alone, 0 by Linux alone`. */
  summary(): string {
    const { bothAccept, bothRefuse, unsound, strict } = this;
    const total = bothAccept + bothRefuse + unsound.length + strict.length;
    return `${total} programs: ${bothAccept} accepted and ${bothRefuse} refused by both, ${strict.length} refused by us alone, ${unsound.length} by Linux alone`;
  }
}

function lastWords(log: string): string {
  const lines = log.trim().split('\n');
  return lines.filter((line) => !line.startsWith('processed')).at(-1) ?? '';
}
