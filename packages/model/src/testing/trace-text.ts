import type { PacketTrace } from '@sluice/engine';

/** A trace as lines: one for each packet, one for each of its steps. For people who write or mend tests. */
export function traceText(packets: readonly PacketTrace[]): string {
  return packets
    .flatMap((p) => [
      `#${p.packetId}${p.causedBy === undefined ? '' : ` (of #${p.causedBy})`} ${p.direction}: ${p.summary}: ${p.verdict}`,
      ...p.steps.map((s) => {
        const changes = s.changes.map((c) => `${c.field} ${c.before} → ${c.after}`).join(', ');
        const why = s.because ? ` because ${s.because.text}` : '';
        return `  ${s.seq}. ${s.node}/${s.netns} ${s.device ?? '-'} ${s.layer} ${s.function}: ${s.verdict} ${s.reason ?? ''} ${s.detail ?? ''}${why} [${changes}]`;
      }),
    ])
    .join('\n');
}
