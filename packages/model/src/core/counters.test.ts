import { describe, expect, it } from 'vitest';
import { createModelKernel } from '../kernel/model-kernel.ts';
import { udpFrame } from '../testing/frames.ts';
import { softnetStat } from './softnet-stat.ts';

/** A host whose eth0 has a ring of `rxRing`, and a server that counts. */
function host(rxRing: number) {
  const kernel = createModelKernel();
  const b = kernel.createHost({ name: 'b', cpus: 1 });
  const nic = b.root.addNic('eth0', kernel.createSegment('lan'), { mac: '02:00:00:00:00:02', rxRing });
  b.root.addAddress(nic, '10.0.0.2/24');
  const server = b.root.udpSocket();
  server.receiveBufferBytes = 1 << 30;
  server.bind('0.0.0.0', 2000);
  let got = 0;
  server.onMessage(() => got++);
  return { kernel, b, nic, server, got: () => got };
}

describe('the RX ring', () => {
  it('takes as many frames as it has descriptors, and counts the rest as missed', () => {
    const { kernel, nic, got } = host(8);
    const recording = kernel.trace();
    for (let i = 0; i < 11; i++) nic.inject(udpFrame());
    kernel.run();
    expect(got()).toBe(8);
    expect(nic.statistics()).toMatchObject({ rxPackets: 8, rxDropped: 3 });
    expect(recording.packets().at(-1)!.steps).toMatchObject([
      { function: 'nic_dma_write', verdict: 'drop', reason: 'FULL_RING', because: { kind: 'limit' } },
    ]);
  });

  it('raises one interrupt for a burst: it is masked while polling, and unmasked after', () => {
    const { kernel, nic } = host(64);
    const queue = nic.queues[0]!;
    for (let i = 0; i < 20; i++) nic.inject(udpFrame());
    expect([queue.interrupts, queue.irqMasked]).toEqual([1, true]);
    kernel.run();
    expect(queue.irqMasked).toBe(false);
    nic.inject(udpFrame());
    expect(queue.interrupts).toBe(2);
  });
});

describe('netRxAction()', () => {
  it('stops at the budget, counts a time squeeze, and goes on in the next softirq', () => {
    const kernel = createModelKernel();
    const b = kernel.createHost({ name: 'b', cpus: 1 });
    const nics = Array.from({ length: 6 }, (_, i) => b.root.addNic(`eth${i}`, kernel.createSegment(`lan${i}`)));
    for (const nic of nics) for (let i = 0; i < 100; i++) nic.inject(udpFrame());
    kernel.run();
    // Five polls of 64 exceed the budget of 300; the second softirq polls all six once more and stays below it.
    expect(softnetStat(b)).toEqual([{ cpu: 0, processed: 600, dropped: 0, timeSqueeze: 1, backlog: 0 }]);
  });

  it('takes its budget from net.core.netdev_budget', () => {
    const { kernel, b, nic } = host(1024);
    b.root.setSysctl('net.core.netdev_budget', '64');
    for (let i = 0; i < 256; i++) nic.inject(udpFrame());
    kernel.run();
    expect(softnetStat(b)[0]!.timeSqueeze).toBe(4);
  });
});

describe('enqueueToBacklog()', () => {
  it('drops what exceeds net.core.netdev_max_backlog: CPU_BACKLOG', () => {
    const kernel = createModelKernel();
    const b = kernel.createHost({ name: 'b', cpus: 1 });
    const pod = b.createNetns('pod');
    const [veth] = b.root.addVeth('veth0', pod, 'eth0');
    b.root.setSysctl('net.core.netdev_max_backlog', '10');
    for (let i = 0; i < 20; i++) veth.inject(udpFrame());
    kernel.run();
    // The limit is looked at before the packet is added, so one more than its value gets in.
    expect(softnetStat(b)[0]).toMatchObject({ processed: 11, dropped: 9 });
    expect(b.drops.get('CPU_BACKLOG')).toBe(9);
  });

  it('drops for a device that is down: DEV_READY', () => {
    const kernel = createModelKernel();
    const b = kernel.createHost({ name: 'b' });
    const [veth] = b.root.addVeth('veth0', b.createNetns('pod'), 'eth0');
    veth.up = false;
    veth.inject(udpFrame());
    kernel.run();
    expect([...b.drops]).toEqual([['DEV_READY', 1]]);
  });
});

describe('a full TX ring', () => {
  it('makes packets wait in the queue, and a full queue drops: QDISC_DROP', () => {
    const kernel = createModelKernel();
    const a = kernel.createHost({ name: 'a' });
    const segment = kernel.createSegment('lan');
    const nic = a.root.addNic('eth0', segment, { txRing: 4 });
    a.root.addAddress(nic, '10.0.0.1/24');
    a.root.addNeighbour(nic, '10.0.0.2', '02:00:00:00:00:02');
    let crossed = 0;
    segment.capture(() => crossed++);
    const socket = a.root.udpSocket();
    for (let i = 0; i < 1010; i++) socket.send(Uint8Array.of(1), { address: '10.0.0.2', port: 9 });
    expect(nic.qdisc!.length).toBe(1000);
    kernel.run();
    expect(crossed).toBe(1004);
    expect(a.drops.get('QDISC_DROP')).toBe(6);
    expect(kernel.machine.packets.inUse).toBe(0);
  });
});
