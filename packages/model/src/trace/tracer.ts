import type {
  Because,
  BecauseKind,
  HeaderChange,
  PacketTrace,
  ProgramRun,
  Recording,
  Step,
  StepVerdict,
  TraceObserver,
} from '@sluice/engine';
import { summarizeFrame } from '@sluice/wire';
import type { NetDevice } from '../core/net-device.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { endVerdict, GOES_ON, type Step as KernelStep } from '../step.ts';
import type { Clock } from '../time/clock.ts';
import { headerChanges, type Snapshot } from './header-changes.ts';
import { PacketRecord } from './packet-record.ts';

type ProgramNote = Omit<ProgramRun, 'packetId' | 'node' | 'netns' | 'device' | 'ifindex'>;

/** What a step says of itself while it runs; taken up and cleared when the step is recorded. */
interface Note {
  detail: string | undefined;
  because: Because | undefined;
  verdict: StepVerdict | undefined;
  program: ProgramNote | undefined;
  instructions: number | undefined;
  changes: HeaderChange[] | undefined;
}

/** A step that has no packet in memory (system calls, the NIC's side of a ring, native XDP). */
export interface Event {
  readonly function: string;
  readonly layer: Step['layer'];
  readonly row?: string;
  readonly verdict: StepVerdict;
  readonly reason?: string;
  readonly snapshot?: Snapshot;
}

/** Collects the steps of packets, for as many observers as there are. One per kernel. */
export class Tracer {
  /** Whether anybody watches: packets born while nobody does are not traced. */
  active = false;
  readonly #clock: Clock;
  readonly #observers = new Set<TraceObserver>();
  readonly #records = new Map<number, PacketRecord>();
  #lastId = 0;
  #current = 0;
  #origin: string | undefined;
  #note: Note = emptyNote();
  readonly #outerNotes: Note[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts to watch. Packets that are on their way already stay unseen. */
  watch(observer: TraceObserver): Recording {
    if (this.#observers.size === 0) this.#origin = undefined;
    const first = this.#lastId + 1;
    this.#observers.add(observer);
    this.active = true;
    const packets = (): readonly PacketTrace[] =>
      [...this.#records.values()].filter((r) => r.packetId >= first).map((r) => r.toTrace());
    const stop = (): void => {
      this.#observers.delete(observer);
      this.active = this.#observers.size > 0;
    };
    return { packets, stop };
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
    this.#note = emptyNote();
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

  /** A step has run on a packet, and `next` is what it returned. */
  record(step: KernelStep, skb: SkBuff, device: NetDevice, next: KernelStep): void {
    const start = skb.macHeader !== 0 ? skb.macHeader : skb.networkHeader;
    const reason = next.end !== GOES_ON && endVerdict[next.end] !== 'undecidable' ? reasonOf(next, skb) : undefined;
    if (endVerdict[next.end] === 'undecidable') {
      this.because('missing-fact', skb.missing, { missing: skb.missing });
    }
    // A packet that is being made has no device yet; it stands at the loopback device until it is routed.
    const nowhere = device.loopback && skb.dst === null && skb.macHeader === 0;
    this.#emit(skb.packetId, device.netns, nowhere ? undefined : device, {
      function: step.function,
      layer: step.layer,
      ...(step.row === undefined ? {} : { row: step.row }),
      verdict: endVerdict[next.end],
      ...(reason === undefined ? {} : { reason }),
      ...(start === 0 ? {} : { snapshot: snapshotOf(skb, start) }),
    });
  }

  /** A step without a packet in memory. */
  event(packetId: number, netns: NetNamespace, device: NetDevice | undefined, event: Event): void {
    this.#emit(packetId, netns, device, event);
  }

  #emit(packetId: number, netns: NetNamespace, device: NetDevice | undefined, event: Event): void {
    const record = this.#records.get(packetId);
    const note = this.#takeNote();
    if (!record) return;
    const { snapshot } = event;
    if (snapshot && (record.summary === '' || record.last === undefined)) {
      record.summary = summarizeFrame(snapshot.frame, snapshot.starts);
    }
    const changes = [...(note.changes ?? []), ...(snapshot && record.last ? headerChanges(record.last, snapshot) : [])];
    if (snapshot) record.last = snapshot;
    const place = {
      node: netns.host.name,
      netns: netns.name,
      ...(device ? { device: device.name, ifindex: device.ifindex } : {}),
    };
    const known = note.program ? this.#explain({ packetId, ...place, ...note.program }) : undefined;
    const withFrame = snapshot !== undefined && ![...this.#observers].every((o) => o.withoutFrames === true);
    const step: Step = {
      seq: record.steps.length + 1,
      timeNs: this.#clock.nowNs,
      cpu: netns.host.currentCpu,
      ...place,
      layer: event.layer,
      function: event.function,
      ...(event.row === undefined ? {} : { row: event.row }),
      ...(note.program ? { program: note.program.program } : {}),
      verdict: note.verdict ?? event.verdict,
      ...(event.reason === undefined ? {} : { reason: event.reason }),
      ...(note.detail === undefined ? {} : { detail: note.detail }),
      ...(note.because === undefined ? {} : { because: note.because }),
      changes,
      ...(withFrame ? { frame: snapshot.frame, frameStarts: snapshot.starts } : {}),
      ...(note.instructions === undefined ? {} : { cost: { instructions: note.instructions } }),
      ...known,
    };
    record.steps.push(step);
    for (const observer of this.#observers) observer.onStep?.(packetId, step);
  }

  #explain(run: ProgramRun): Partial<Step> | undefined {
    let known: Partial<Step> | undefined;
    for (const observer of this.#observers) known = { ...known, ...observer.afterProgram?.(run) };
    return known;
  }

  #takeNote(): Note {
    const taken = this.#note;
    this.#note = emptyNote();
    return taken;
  }
}

const emptyNote = (): Note => ({
  detail: undefined,
  because: undefined,
  verdict: undefined,
  program: undefined,
  instructions: undefined,
  changes: undefined,
});

function reasonOf(end: KernelStep, skb: SkBuff): string | undefined {
  const verdict = endVerdict[end.end];
  return verdict === 'drop' || verdict === 'reject' ? skb.reason : undefined;
}

const snapshotOf = (skb: SkBuff, start: number): Snapshot => ({
  frame: skb.bytes.slice(start, skb.tail),
  starts: skb.macHeader !== 0 ? 'ethernet' : 'ip',
  mark: skb.mark,
});
