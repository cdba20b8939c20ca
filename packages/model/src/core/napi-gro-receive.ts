import { ETH_P_IP, IPPROTO_TCP, ipProtocol } from '@sluice/wire';
import { run } from '../runner.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { consumed, queued, type Step, step } from '../step.ts';
import { type GroAnswer, inetGroReceive } from './inet-gro-receive.ts';
import type { Napi } from './napi.ts';
import { napiGroComplete } from './napi-gro-flush.ts';
import { netifReceiveSkb } from './netif-receive-skb.ts';

/** Packets that GRO holds per device at most. Kernel: MAX_GRO_SKBS, per bucket there. */
const MAX_GRO_SKBS = 8;

const answer: GroAnswer = { merged: false, flush: undefined, hold: false };

/**
 * Merges segments of one TCP stream that follow each other into one large packet, so that the rest of the way is walked
 * once; what cannot merge goes on alone. Only TCP over IPv4 merges. Kernel: net/core/gro.c napi_gro_receive(),
 * dev_gro_receive(). Row B4.
 */
export const napiGroReceive: Step = step('napi_gro_receive', 'gro', 'B4', (skb: SkBuff): Step => {
  if (skb.protocol !== ETH_P_IP || !skb.dev.gro || skb.dev.xdpGeneric !== null) return netifReceiveSkb;
  if (skb.tail - skb.data < 40 || ipProtocol(skb.bytes, skb.data) !== IPPROTO_TCP) return netifReceiveSkb;
  const napi = napiOf(skb);
  if (napi === undefined) return netifReceiveSkb;
  inetGroReceive(napi, skb, answer);
  const { flush } = answer;
  if (flush !== undefined) {
    napi.groHeld.splice(napi.groHeld.indexOf(flush), 1);
    napiGroComplete(flush);
    run(netifReceiveSkb, flush);
  }
  if (answer.merged) return consumed;
  if (!answer.hold) return netifReceiveSkb;
  if (napi.groHeld.length >= MAX_GRO_SKBS) {
    const oldest = napi.groHeld.shift()!;
    napiGroComplete(oldest);
    run(netifReceiveSkb, oldest);
  }
  napi.groHeld.push(skb);
  if (skb.trace !== null) skb.trace.detail('held, in case the next segment follows');
  return queued;
});

/** Who polls the device that the packet came by. */
const napiOf = (skb: SkBuff): Napi | undefined => skb.dev.napiOf(skb.queueMapping - 1);
