import type { PacketTrace, Step } from '@sluice/engine';

/** What a BPF program did, for those who can explain it (they know its maps and drain its ring buffers). */
export interface ProgramRun {
  readonly packetId: number;
  readonly node: string;
  readonly netns: string;
  readonly device?: string;
  readonly ifindex?: number;
  readonly program: string;
  /** As in the object's section: `xdp`, `tc`, `cgroup/connect4`. */
  readonly section: string;
  readonly direction?: 'ingress' | 'egress';
  /** r0, 32 bits unsigned. */
  readonly returnValue: number;
}

/** Someone who watches packets. Both callbacks are made at once, in the order things happen. */
export interface TraceObserver {
  onStep?(packetId: number, step: Step): void;
  /** Adds to the step of a program what upper layers know: `because`, `detail`. */
  afterProgram?(run: ProgramRun): Partial<Pick<Step, 'because' | 'detail' | 'reason'>> | undefined;
  /** Leave out the copies of frames; changes are computed all the same. */
  readonly withoutFrames?: boolean;
}

/** What was seen since `trace` was called. */
export interface Recording {
  /** Every packet born meanwhile, in order of birth. */
  packets(): readonly PacketTrace[];
  stop(): void;
}
