import { ETH_P_ARP, emitArp, emitEthernet } from '@sluice/wire';
import { describe, expect, it } from 'vitest';
import { twoHosts } from '../../testing/two-hosts.ts';

const stateOf = (net: ReturnType<typeof twoHosts>, ip: number): string | undefined =>
  net.aNic.inet.neighbours.get(ip | 0)?.state;
const B = 0x0a000002;

/** An ARP packet from `mac` and `senderIp` about `targetIp`. */
function arpFrame(
  operation: number,
  mac: string,
  senderIp: string,
  targetIp: string,
  to = 'ff:ff:ff:ff:ff:ff',
): Uint8Array {
  const ethernet = emitEthernet({ destination: to, source: mac, type: ETH_P_ARP });
  const arp = emitArp({ operation, senderMac: mac, senderIp, targetMac: '00:00:00:00:00:00', targetIp });
  return Uint8Array.of(...ethernet, ...arp);
}

describe('a neighbour', () => {
  it('is asked for once, while packets wait in order', () => {
    const net = twoHosts();
    const { kernel, a, b, segment } = net;
    const server = b.root.udpSocket();
    server.bind('0.0.0.0', 5);
    const got: number[] = [];
    server.onMessage((p) => got.push(p[0]!));
    let questions = 0;
    segment.capture((f) => {
      if (f[13] === 6 && f[21] === 1) questions++;
    });
    const socket = a.root.udpSocket();
    for (let i = 0; i < 5; i++) socket.send(Uint8Array.of(i), { address: '10.0.0.2', port: 5 });
    expect(stateOf(net, B)).toBe('incomplete');
    kernel.run(1e6);
    expect(got).toEqual([0, 1, 2, 3, 4]);
    expect(questions).toBe(1);
    expect(stateOf(net, B)).toBe('reachable');
  });

  it('that does not answer three questions fails, and what waited is refused', () => {
    const net = twoHosts();
    const { kernel, a } = net;
    const recording = kernel.trace();
    a.root.udpSocket().send(Uint8Array.of(1), { address: '10.0.0.50', port: 5 });
    kernel.run();
    expect(stateOf(net, 0x0a000032)).toBe('failed');
    expect(recording.packets().filter((p) => p.summary.startsWith('ARP who-has'))).toHaveLength(3);
    expect(a.drops.get('NEIGH_FAILED')).toBe(1);
    expect(kernel.nowNs).toBeGreaterThanOrEqual(3e9);
    expect(kernel.machine.packets.inUse).toBe(0);
  });

  it('lets 101 packets wait, then drops the oldest: NEIGH_QUEUEFULL', () => {
    const { kernel, a } = twoHosts();
    const socket = a.root.udpSocket();
    for (let i = 0; i < 105; i++) socket.send(Uint8Array.of(1), { address: '10.0.0.50', port: 5 });
    expect(a.drops.get('NEIGH_QUEUEFULL')).toBe(4);
    kernel.run();
    expect(a.drops.get('NEIGH_FAILED')).toBe(101);
  });

  it('grows stale after 30 seconds, is used a while longer, then asked directly', () => {
    const net = twoHosts();
    const { kernel, a, segment } = net;
    const socket = a.root.udpSocket();
    const send = (): void => void socket.send(Uint8Array.of(1), { address: '10.0.0.2', port: 5 });
    send();
    kernel.run(1e9);
    expect(stateOf(net, B)).toBe('reachable');
    kernel.run(40e9);
    const direct: string[] = [];
    segment.capture((f) => {
      if (f[13] === 6 && f[21] === 1) direct.push(f[0] === 0xff ? 'everyone' : 'directly');
    });
    send();
    expect(stateOf(net, B)).toBe('delay');
    kernel.run(44e9);
    expect(direct).toEqual([]);
    kernel.run(46e9);
    expect(direct).toContain('directly');
    expect(stateOf(net, B)).toBe('reachable');
  });

  it('that was entered by hand stays', () => {
    const net = twoHosts();
    const { kernel, a, aNic } = net;
    a.root.addNeighbour(aNic, '10.0.0.2', '02:00:00:00:00:77');
    aNic.inject(arpFrame(2, '02:00:00:00:00:02', '10.0.0.2', '10.0.0.1', '02:00:00:00:00:01'));
    kernel.run(1e6);
    expect(aNic.inet.neighbours.get(B)!.mac[5]).toBe(0x77);
  });
});

describe('arpProcess()', () => {
  it('answers for an address of ours, and learns who asked', () => {
    const net = twoHosts();
    const { kernel, aNic, segment } = net;
    const answers: Uint8Array[] = [];
    segment.capture((f) => answers.push(f));
    aNic.inject(arpFrame(1, '02:00:00:00:00:55', '10.0.0.5', '10.0.0.1'));
    kernel.run(1e6);
    expect(answers).toHaveLength(1);
    expect(answers[0]!.slice(0, 6)).toEqual(Uint8Array.of(2, 0, 0, 0, 0, 0x55));
    expect(stateOf(net, 0x0a000005)).toBe('stale');
  });

  it('is silent about others, and learns nothing from strangers', () => {
    const net = twoHosts();
    const { kernel, aNic, segment } = net;
    let answers = 0;
    segment.capture(() => answers++);
    aNic.inject(arpFrame(1, '02:00:00:00:00:55', '10.0.0.5', '10.0.0.9'));
    aNic.inject(arpFrame(2, '02:00:00:00:00:55', '10.0.0.5', '10.0.0.1', '02:00:00:00:00:01'));
    kernel.run(1e6);
    expect(answers).toBe(0);
    expect(stateOf(net, 0x0a000005)).toBeUndefined();
  });

  it('drops what is no ARP for IPv4 over Ethernet', () => {
    const { kernel, a, aNic } = twoHosts();
    const frame = arpFrame(1, '02:00:00:00:00:55', '10.0.0.5', '10.0.0.1');
    frame[15] = 9;
    aNic.inject(frame);
    kernel.run(1e6);
    expect([...a.drops]).toEqual([['NOT_SPECIFIED', 1]]);
  });
});

describe('the segment', () => {
  it('says that a frame was lost where no other device is on it', () => {
    const { kernel, a } = twoHosts();
    const alone = kernel.createSegment('alone');
    const nic = a.root.addNic('eth1', alone);
    a.root.addAddress(nic, '10.7.0.1/24');
    a.root.addNeighbour(nic, '10.7.0.2', '02:00:00:00:00:99');
    const recording = kernel.trace();
    a.root.udpSocket().send(Uint8Array.of(1), { address: '10.7.0.2', port: 5 });
    kernel.run(1e6);
    expect(recording.packets()[0]!.steps.at(-1)).toMatchObject({
      layer: 'wire',
      verdict: 'drop',
      reason: 'NO_TX_TARGET',
    });
  });

  it('carries a frame for an unknown address to all, who drop it as not theirs', () => {
    const { kernel, b, aNic } = twoHosts();
    aNic.netns.addNeighbour(aNic, '10.0.0.9', '02:00:00:00:00:99');
    aNic.netns.udpSocket().send(Uint8Array.of(1), { address: '10.0.0.9', port: 5 });
    kernel.run(1e6);
    expect([...b.drops]).toEqual([['OTHERHOST', 1]]);
  });
});
