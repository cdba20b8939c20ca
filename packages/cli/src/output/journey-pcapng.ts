import type { Journey, PacketTrace, Step } from '@sluice/engine';
import { LINKTYPE_ETHERNET, LINKTYPE_RAW, type PcapngInterface, type PcapngPacket, writePcapng } from '@sluice/wire';

/**
 * A journey as a capture: one interface for each hook (node, namespace, device, function) that saw a frame, one packet
 * for each step, in the order of time, with verdict and reason as its comment.
 */
export function journeyPcapng(journey: Journey): Uint8Array {
  const interfaces: PcapngInterface[] = [];
  const numbers = new Map<string, number>();
  const packets: PcapngPacket[] = [];
  for (const { packet, step } of stepsInOrder(journey)) {
    const name = hookName(step);
    let number = numbers.get(name);
    if (number === undefined) {
      const linkType = step.frameStarts === 'ip' ? LINKTYPE_RAW : LINKTYPE_ETHERNET;
      number = interfaces.push({ name, linkType, description: step.layer }) - 1;
      numbers.set(name, number);
    }
    const comment = commentOf(packet, step);
    packets.push({ interface: number, timeNs: BigInt(Math.round(step.timeNs)), data: step.frame, comment });
  }
  return writePcapng(interfaces, packets);
}

type FramedStep = Step & { readonly frame: Uint8Array };

function stepsInOrder(journey: Journey): { packet: PacketTrace; step: FramedStep }[] {
  const all = journey.packets.flatMap((packet) =>
    packet.steps.filter((step): step is FramedStep => step.frame !== undefined).map((step) => ({ packet, step })),
  );
  return all.sort((a, b) => a.step.timeNs - b.step.timeNs);
}

/** `node-1/shop/web eth0 ip_rcv`; frames of one hook all start at the same layer. */
function hookName(step: Step): string {
  const place = step.netns === '' ? step.node : `${step.node}/${step.netns}`;
  const program = step.program ? `[${step.program}]` : '';
  const starts = step.frameStarts === 'ip' ? ' (ip)' : '';
  return [place, step.device, `${step.function}${program}${starts}`].filter((part) => part).join(' ');
}

function commentOf(packet: PacketTrace, step: Step): string {
  const reason = step.reason ? ` ${step.reason}` : '';
  const because = step.because ? ` because ${step.because.text}` : '';
  return `packet ${packet.packetId} step ${step.seq}: ${step.verdict}${reason}${because}`;
}
