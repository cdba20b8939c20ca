import type { HeaderChange, ProgramRun, Step, StepVerdict } from '@sluice/engine';
import type { NetDevice } from '../core/net-device.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { headerChanges, type Snapshot } from './header-changes.ts';
import type { Note, ProgramNote } from './note.ts';
import type { PacketRecord } from './packet-record.ts';

/** What happened: a step of the stack, or something that has no packet in memory (system calls, the NIC, native XDP). */
export interface Event {
  readonly function: string;
  readonly layer: Step['layer'];
  readonly row?: string | undefined;
  readonly verdict: StepVerdict;
  readonly reason?: string | undefined;
  readonly snapshot?: Snapshot | undefined;
}

type Growing = { -readonly [K in keyof Step]: Step[K] };
const UNCHANGED: readonly HeaderChange[] = [];

/** The Journey's step for an event, with what the step noted of itself; the packet's last state moves on. */
export function makeStep(
  record: PacketRecord,
  netns: NetNamespace,
  device: NetDevice | undefined,
  event: Event,
  note: Note,
  timeNs: number,
  withFrame: boolean,
): Growing {
  const { snapshot } = event;
  const step: Growing = {
    seq: record.steps.length + 1,
    timeNs,
    node: netns.host.name,
    netns: netns.name,
    cpu: netns.host.currentCpu,
    layer: event.layer,
    function: event.function,
    verdict: note.verdict ?? event.verdict,
    changes: changesOf(record, snapshot, note),
  };
  if (device !== undefined) {
    step.device = device.name;
    step.ifindex = device.ifindex;
  }
  if (event.row !== undefined) step.row = event.row;
  if (event.reason !== undefined) step.reason = event.reason;
  if (note.program !== undefined) step.program = note.program.program;
  if (note.detail !== undefined) step.detail = note.detail;
  if (note.because !== undefined) step.because = note.because;
  if (note.instructions !== undefined) step.cost = { instructions: note.instructions };
  if (snapshot !== undefined && withFrame) {
    step.frame = snapshot.frame;
    step.frameStarts = snapshot.starts;
  }
  return step;
}

function changesOf(record: PacketRecord, snapshot: Snapshot | undefined, note: Note): readonly HeaderChange[] {
  const { last } = record;
  if (snapshot !== undefined) record.last = snapshot;
  const found = snapshot !== undefined && last !== undefined ? headerChanges(last, snapshot) : UNCHANGED;
  return note.changes === undefined ? found : [...note.changes, ...found];
}

/** What an observer is told of a program that ran. */
export const programRun = (
  packetId: number,
  netns: NetNamespace,
  device: NetDevice | undefined,
  note: ProgramNote,
): ProgramRun => ({
  packetId,
  node: netns.host.name,
  netns: netns.name,
  ...(device ? { device: device.name, ifindex: device.ifindex } : {}),
  ...note,
});
