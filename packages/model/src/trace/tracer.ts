import type { Because, BecauseKind, PacketTrace, Recording, StepVerdict, TraceObserver } from '@sluice/engine';
import { summarizeFrame } from '@sluice/wire';
import type { NetDevice } from '../core/net-device.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { endVerdict, type Step as KernelStep, UNDECIDABLE } from '../step.ts';
import type { Clock } from '../time/clock.ts';
import type { Snapshot } from './header-changes.ts';
import { type Event, makeStep, programRun } from './make-step.ts';
import { Note, type ProgramNote } from './note.ts';
import { PacketRecord } from './packet-record.ts';

/** Collects the steps of packets, for as many observers as there are. One per kernel. */
export class Tracer {
  /** Whether anybody watches: packets born while nobody does are not traced. */
  active = false;
  readonly #clock: Clock;
  readonly #observers = new Set<TraceObserver>();
  readonly #records = new Map<number, PacketRecord>();
  #withFrames = false;
  #lastId = 0;
  #current = 0;
  #origin: string | undefined;
  #note = new Note();
  readonly #outerNotes: Note[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts to watch. Packets that are on their way already stay unseen. */
  watch(observer: TraceObserver): Recording {
    if (this.#observers.size === 0) this.#origin = undefined;
    const first = this.#lastId + 1;
    this.#observers.add(observer);
    this.#observersChanged();
    const collect = (): readonly PacketTrace[] =>
      [...this.#records.values()].filter((r) => r.packetId >= first).map((r) => r.toTrace());
    let stopped: readonly PacketTrace[] | undefined;
    const stop = (): void => {
      stopped ??= collect();
      this.#observers.delete(observer);
      this.#observersChanged();
    };
    return { packets: () => stopped ?? collect(), stop };
  }

  /** With nobody left to watch, what was seen is forgotten; recordings that were stopped keep their own. */
  #observersChanged(): void {
    this.active = this.#observers.size > 0;
    this.#withFrames = [...this.#observers].some((o) => o.withoutFrames !== true);
    if (!this.active) this.#records.clear();
  }

  /** A number for a packet that is about to exist in `netns`; 0 where nobody watches. */
  birth(netns: NetNamespace, summary = ''): number {
    if (!this.active) return 0;
    const place = `${netns.host.name}/${netns.name}`;
    this.#origin ??= place;
    const packetId = ++this.#lastId;
    const causedBy = this.#current === 0 ? undefined : this.#current;
    this.#records.set(
      packetId,
      new PacketRecord(packetId, causedBy, place === this.#origin ? 'forward' : 'reply', summary),
    );
    return packetId;
  }

  /** Makes `skb` the packet of that number. */
  follow(skb: SkBuff, packetId: number): void {
    skb.packetId = packetId;
    skb.trace = packetId === 0 ? null : this;
  }

  /** What is done from here on is done in the processing of that packet. Returns what `leave` takes. */
  enter(packetId: number): number {
    const outer = this.#current;
    this.#current = packetId;
    this.#outerNotes.push(this.#note);
    this.#note = new Note();
    return outer;
  }

  leave(outer: number): void {
    this.#current = outer;
    this.#note = this.#outerNotes.pop()!;
  }

  /** Number of the packet in whose processing we are, 0 for none. */
  get current(): number {
    return this.#current;
  }

  /** Notes for the step that is running. */
  detail(text: string): void {
    this.#note.detail = text;
  }

  because(kind: BecauseKind, text: string, more?: Partial<Because>): void {
    this.#note.because = { kind, text, ...more };
  }

  verdict(verdict: StepVerdict): void {
    this.#note.verdict = verdict;
  }

  program(program: ProgramNote, instructions?: number): void {
    this.#note.program = program;
    this.#note.instructions = instructions;
  }

  change(field: string, before: string, after: string): void {
    this.#note.changes ??= [];
    if (before !== after) this.#note.changes.push({ field, before, after });
  }

  /**
   * A step has run on a packet that stood at `device` (undefined: it has none yet), and `next` is what it returned.
   */
  record(step: KernelStep, skb: SkBuff, netns: NetNamespace, device: NetDevice | undefined, next: KernelStep): void {
    const verdict = endVerdict[next.end];
    if (next.end === UNDECIDABLE) this.because('missing-fact', skb.missing, { missing: skb.missing });
    const start = skb.macHeader !== 0 ? skb.macHeader : skb.networkHeader;
    this.event(skb.packetId, netns, device, {
      function: step.function,
      layer: step.layer,
      row: step.row,
      verdict,
      reason: verdict === 'drop' || verdict === 'reject' ? skb.reason : undefined,
      snapshot: start === 0 ? undefined : snapshotOf(skb, start),
    });
  }

  /** Something happened to a packet, or to the call that will make one. */
  event(packetId: number, netns: NetNamespace, device: NetDevice | undefined, event: Event): void {
    const record = this.#records.get(packetId);
    const note = this.#note;
    this.#note = new Note();
    if (record === undefined) return;
    if (event.snapshot !== undefined && record.last === undefined) {
      record.summary = summarizeFrame(event.snapshot.frame, event.snapshot.starts);
    }
    const step = makeStep(record, netns, device, event, note, this.#clock.nowNs, this.#withFrames);
    if (note.program !== undefined) {
      const run = programRun(packetId, netns, device, note.program);
      for (const observer of this.#observers) Object.assign(step, observer.afterProgram?.(run));
    }
    record.steps.push(step);
    for (const observer of this.#observers) observer.onStep?.(packetId, step);
  }
}

const snapshotOf = (skb: SkBuff, start: number): Snapshot => ({
  frame: skb.bytes.slice(start, skb.tail),
  starts: skb.macHeader !== 0 ? 'ethernet' : 'ip',
  mark: skb.mark,
});
