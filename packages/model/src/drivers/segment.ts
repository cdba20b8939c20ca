import type { Segment as SegmentContract } from '@sluice/engine';
import { be16At, be32At, formatMac } from '@sluice/wire';
import type { Machine } from '../kernel/machine.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { SkbQueue } from '../skb/skb-queue.ts';
import { US } from '../time/clock.ts';
import type { Nic } from './nic.ts';

/** How long a frame is on the wire. */
const LATENCY_NS = 10 * US;

/**
 * An ideal Ethernet: every frame arrives whole, in order, after 10 µs. A frame to a known address goes to that NIC
 * alone; one to a group address, or to an address that no NIC on the segment has, goes to all others.
 */
export class Segment implements SegmentContract {
  readonly name: string;
  readonly #machine: Machine;
  readonly #nics: Nic[] = [];
  readonly #byMac = new Map<number, Nic>();
  readonly #inFlight = new SkbQueue();
  readonly #captures: ((frame: Uint8Array, timeNs: number) => void)[] = [];
  #timerSet = false;
  readonly #deliver = (): void => this.#deliverDue();

  constructor(machine: Machine, name: string) {
    this.#machine = machine;
    this.name = name;
  }

  attach(nic: Nic): void {
    this.#nics.push(nic);
    this.#byMac.set(macKey(nic.macHigh, nic.macLow), nic);
  }

  capture(onFrame: (frame: Uint8Array, timeNs: number) => void): void {
    this.#captures.push(onFrame);
  }

  /** Takes a frame from `nic`; `txComplete` gives its packet back when it has gone. */
  transmit(nic: Nic, skb: SkBuff): void {
    skb.dev = nic;
    skb.timeNs = this.#machine.clock.nowNs + LATENCY_NS;
    this.#inFlight.push(skb);
    if (!this.#timerSet) this.#setTimer(LATENCY_NS);
  }

  #setTimer(delayNs: number): void {
    this.#timerSet = true;
    this.#machine.clock.after(delayNs, this.#deliver);
  }

  #deliverDue(): void {
    this.#timerSet = false;
    const { nowNs } = this.#machine.clock;
    while (this.#inFlight.first !== null && this.#inFlight.first.timeNs <= nowNs) {
      const skb = this.#inFlight.shift()!;
      this.#deliverOne(skb);
      (skb.dev as Nic).txComplete(skb);
    }
    if (this.#inFlight.first !== null) this.#setTimer(this.#inFlight.first.timeNs - nowNs);
  }

  #deliverOne(skb: SkBuff): void {
    const { bytes, data, len, packetId } = skb;
    const sender = skb.dev;
    if (this.#captures.length > 0) {
      const frame = bytes.slice(data, data + len);
      for (const onFrame of this.#captures) onFrame(frame, this.#machine.clock.nowNs);
    }
    const group = (bytes[data]! & 1) !== 0;
    const known = group ? undefined : this.#byMac.get(macKey(be16At(bytes, data), be32At(bytes, data + 2)));
    if (known !== undefined && known !== sender) {
      known.receive(bytes, data, len, packetId);
      return;
    }
    let copies = 0;
    for (const nic of this.#nics) {
      if (nic === sender) continue;
      nic.receive(bytes, data, len, copies++ === 0 ? packetId : this.#copyOf(skb, nic));
    }
    if (copies === 0 && packetId !== 0) this.#lost(skb);
  }

  /** Every receiver but the first has a packet of its own, caused by the one that was sent. */
  #copyOf(skb: SkBuff, nic: Nic): number {
    if (skb.packetId === 0) return 0;
    const { tracer } = this.#machine;
    const outer = tracer.enter(skb.packetId);
    const copy = tracer.birth(nic.netns);
    tracer.leave(outer);
    return copy;
  }

  #lost(skb: SkBuff): void {
    const { tracer } = this.#machine;
    const text = `no other device on segment ${this.name} to take a frame for ${formatMac(skb.bytes, skb.data)}`;
    tracer.because('neighbour', text);
    tracer.event(skb.packetId, skb.dev.netns, skb.dev, {
      function: 'segment',
      layer: 'wire',
      verdict: 'drop',
      reason: 'NO_TX_TARGET',
    });
  }
}

const macKey = (high: number, low: number): number => high * 0x1_0000_0000 + low;
