import type { Direction, PacketTrace, PacketVerdict, Step, StepVerdict } from '@sluice/engine';
import type { Snapshot } from './header-changes.ts';

const ENDS: Readonly<Record<StepVerdict, PacketVerdict>> = {
  next: 'in-flight',
  queued: 'in-flight',
  redirect: 'in-flight',
  stolen: 'delivered',
  delivered: 'delivered',
  drop: 'dropped',
  reject: 'rejected',
  undecidable: 'undecidable',
};

/** One packet's trace while it grows. */
export class PacketRecord {
  readonly steps: Step[] = [];
  last: Snapshot | undefined;
  readonly packetId: number;
  readonly causedBy: number | undefined;
  readonly direction: Direction;
  summary: string;

  constructor(packetId: number, causedBy: number | undefined, direction: Direction, summary: string) {
    this.packetId = packetId;
    this.causedBy = causedBy;
    this.direction = direction;
    this.summary = summary;
  }

  toTrace(): PacketTrace {
    const last = this.steps.at(-1);
    return {
      packetId: this.packetId,
      ...(this.causedBy === undefined ? {} : { causedBy: this.causedBy }),
      direction: this.direction,
      summary: this.summary,
      steps: [...this.steps],
      verdict: last ? ENDS[last.verdict] : 'in-flight',
    };
  }
}
