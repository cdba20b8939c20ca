import type { PacketTrace, Step } from './journey.ts';
import type { Kernel } from './kernel.ts';

/** A kernel whose packets can be watched step by step. */
export interface WatchedKernel extends Kernel {
  /** Starts to watch. Packets that are on their way already stay unseen. */
  trace(observer: TraceObserver): Recording;
}

/** Someone who watches packets. Callbacks are made at once, in the order things happen. */
export interface TraceObserver {
  onStep?(packetId: number, step: Step): void;
  /** Adds to the step of a program what upper layers know: they know its maps and drain its ring buffers. */
  afterProgram?(run: ProgramRun): ProgramExplanation | undefined;
  /** Leave out the copies of frames; changes are computed all the same. */
  readonly withoutFrames?: boolean;
}

export type ProgramExplanation = Partial<Pick<Step, 'because' | 'detail' | 'reason'>>;

/** What a BPF program did. */
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

/** What was seen since `trace` was called. */
export interface Recording {
  /** Every packet born meanwhile, in order of birth. */
  packets(): readonly PacketTrace[];
  stop(): void;
}
