import type { Because, Journey, PacketTrace, PacketVerdict, Step, StepVerdict } from '@sluice/engine';
import type { Style } from './style.ts';

export interface TextOptions {
  readonly style: Style;
  /** Every packet, also address resolution, acknowledgements and retransmissions. */
  readonly all: boolean;
  /** Only steps that decide something, change the packet or end its way. */
  readonly short: boolean;
}

/** A journey for people: the way there, the reply's way back, the verdict. */
export function journeyText(journey: Journey, options: TextOptions): string {
  const { style } = options;
  const shown = options.all ? journey.packets : tellingPackets(journey);
  const lines: string[] = [style.bold(journey.question), ''];
  for (const packet of shown) lines.push(...packetLines(packet, options), '');
  const hidden = journey.packets.length - shown.length;
  if (hidden > 0)
    lines.push(style.dim(`${hidden} more packets (${hiddenKinds(journey, shown)}); --all shows them`), '');
  for (const text of journey.assumptions) lines.push(style.dim(`taken for granted: ${text}`));
  for (const text of journey.missing) lines.push(style.yellow(`missing: ${text}`));
  if (journey.because?.object) lines.push(style.dim(`decided by: ${refText(journey.because)}`));
  lines.push(verdictStyle(journey.verdict, style)(`${mark(journey.verdict)} ${journey.summary}`));
  return `${lines.join('\n')}\n`;
}

/** The first packet there, the first one back, and the one that ended badly. */
export function tellingPackets({ packets }: Journey): readonly PacketTrace[] {
  const own = packets.filter((packet) => !packet.summary.startsWith('ARP'));
  const there = own.find((packet) => packet.direction === 'forward');
  const back = own.find((packet) => packet.direction === 'reply');
  const bad = packets.find(
    ({ verdict }) => verdict === 'dropped' || verdict === 'rejected' || verdict === 'undecidable',
  );
  return packets.filter((packet) => packet === there || packet === back || packet === bad);
}

function hiddenKinds(journey: Journey, shown: readonly PacketTrace[]): string {
  const kinds = new Map<string, number>();
  for (const packet of journey.packets) {
    if (shown.includes(packet)) continue;
    const kind = packet.summary.split(/ [\d(]/)[0] ?? packet.summary;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => (count > 1 ? `${count} × ${kind}` : kind)).join(', ');
}

function packetLines(packet: PacketTrace, { style, short }: TextOptions): string[] {
  const arrow = packet.direction === 'forward' ? 'there' : 'back';
  const lines = [style.bold(`${arrow}: ${packet.summary}`)];
  const steps = packet.steps.filter((step) => !short || isTelling(step));
  const width = Math.max(...steps.map((step) => stepName(step).length));
  let place = '';
  for (const step of steps) {
    const here = step.netns === '' ? step.node : `${step.node} · ${step.netns}`;
    if (here !== place) lines.push(style.cyan(`  ${here}`));
    place = here;
    lines.push(...stepLines(step, width, style));
  }
  return lines;
}

function isTelling({ because, changes, verdict, program, layer }: Step): boolean {
  if (because !== undefined || program !== undefined || layer === 'route') return true;
  return changes.some(({ field }) => !field.startsWith('eth.')) || (verdict !== 'next' && verdict !== 'queued');
}

const stepName = (step: Step): string => (step.program ? `${step.function} [${step.program}]` : step.function);

function stepLines(step: Step, width: number, style: Style): string[] {
  const name = stepName(step).padEnd(width);
  const device = (step.device ?? '').padEnd(16);
  const verdict = stepVerdict(step, style);
  const lines = [`  ${String(step.seq).padStart(3)}  ${step.layer.padEnd(10)} ${name} ${style.dim(device)} ${verdict}`];
  const more = (text: string) => lines.push(`${' '.repeat(19)}${text}`);
  if (step.detail) more(style.dim(step.detail));
  for (const { field, before, after } of step.changes) more(`${field}  ${before} → ${style.bold(after)}`);
  if (step.because) more(`because ${step.because.text}${place(step.because, style)}`);
  return lines;
}

function stepVerdict(step: Step, style: Style): string {
  const text = step.reason ? `${step.verdict} ${step.reason}` : step.verdict;
  return stepStyle(step.verdict, style)(text);
}

function stepStyle(verdict: StepVerdict, style: Style): (text: string) => string {
  switch (verdict) {
    case 'drop':
    case 'reject':
      return style.red;
    case 'undecidable':
      return style.yellow;
    case 'delivered':
      return style.green;
    case 'redirect':
    case 'stolen':
      return style.magenta;
    case 'next':
    case 'queued':
      return style.dim;
  }
}

function verdictStyle(verdict: PacketVerdict, style: Style): (text: string) => string {
  if (verdict === 'delivered') return style.green;
  return verdict === 'undecidable' || verdict === 'in-flight' ? style.yellow : style.red;
}

function mark(verdict: PacketVerdict): string {
  if (verdict === 'delivered') return '✔';
  return verdict === 'undecidable' || verdict === 'in-flight' ? '?' : '✘';
}

/** ` (policies.yaml:24)` */
function place({ object }: Because, style: Style): string {
  return object?.file ? style.dim(` (${object.file}:${object.line})`) : '';
}

function refText({ object }: Because): string {
  if (!object) return '';
  const name = object.namespace ? `${object.namespace}/${object.name}` : object.name;
  const path = object.path ? `, ${object.path}` : '';
  return `${object.kind} ${name}${path}${object.file ? `, ${object.file}:${object.line}` : ''}`;
}
