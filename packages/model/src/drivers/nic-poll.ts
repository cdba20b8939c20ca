import { napiCompleteDone } from '../core/napi-complete-done.ts';
import { napiSchedule } from '../core/napi-schedule.ts';
import { XDP_PASS, XdpBuff } from '../core/xdp-buff.ts';
import { xdpRun } from '../core/xdp-run.ts';
import { run } from '../runner.ts';
import { HEADROOM_BYTES } from '../skb/buffer-pool.ts';
import { buildSkb } from './build-skb.ts';
import { cleanRx } from './clean-rx.ts';
import type { Nic, NicQueue } from './nic.ts';

const xdp = new XdpBuff();

/**
 * The driver's poll: takes up to `budget` frames off the ring, runs XDP on each before there is an skb, builds the skb
 * of those that pass, and hands it up. With the ring empty before the budget is used, polling ends and the interrupt
 * is unmasked; a frame that came meanwhile starts it again. Returns the number of frames taken. Rows A5, B1, B3.
 */
export function nicPoll(nic: Nic, queue: NicQueue, budget: number): number {
  const { ring, napi } = queue;
  const { machine } = nic.netns.host;
  let work = 0;
  while (work < budget && ring.ready) {
    work++;
    const { buffer, length, packetId } = ring;
    const start = buffer + HEADROOM_BYTES;
    if (packetId !== 0) tellPoll(nic, packetId);
    let verdict = XDP_PASS;
    if (nic.xdpNative !== null) {
      xdp.set(buffer, ring.bufferBytes, start, length, nic, queue.index, packetId);
      verdict = xdpRun(nic.xdpNative, xdp);
    }
    if (verdict !== XDP_PASS) {
      ring.advance(false);
      continue;
    }
    const skb =
      nic.xdpNative !== null
        ? buildSkb(machine, nic, ring, xdp)
        : machine.packets.wrap(buffer, ring.bufferBytes, HEADROOM_BYTES, length, nic);
    ring.advance(true);
    skb.queueMapping = queue.index + 1;
    if (packetId !== 0) machine.tracer.follow(skb, packetId);
    run(cleanRx, skb);
  }
  if (work < budget) {
    napiCompleteDone(napi);
    queue.irqMasked = false;
    if (ring.ready) {
      queue.irqMasked = true;
      napiSchedule(napi);
    }
  }
  return work;
}

function tellPoll(nic: Nic, packetId: number): void {
  nic.netns.host.machine.tracer.event(packetId, nic.netns, nic, {
    function: 'napi_poll',
    layer: 'napi',
    row: 'A5',
    verdict: 'next',
  });
}
