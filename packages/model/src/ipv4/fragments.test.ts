import { IP_DF, IP_MF } from '@sluice/wire';
import { describe, expect, it } from 'vitest';
import { udpFrame } from '../testing/frames.ts';
import { routedHosts } from '../testing/routed-hosts.ts';
import { twoHosts } from '../testing/two-hosts.ts';

describe('fragments', () => {
  it('of a large datagram are made by the sender and put together by the receiver', () => {
    const { kernel, a, b } = twoHosts();
    const server = b.root.udpSocket();
    server.bind('0.0.0.0', 2000);
    const got: Uint8Array[] = [];
    server.onMessage((payload) => got.push(payload));
    const payload = Uint8Array.from({ length: 5000 }, (_, i) => i & 255);
    const recording = kernel.trace();
    a.root.udpSocket().send(payload, { address: '10.0.0.2', port: 2000 });
    kernel.run();
    expect(got).toEqual([payload]);
    const steps = recording.packets().flatMap((p) => p.steps);
    expect(steps.find((s) => s.function === 'ip_fragment')?.detail).toBe('cut into 4 fragments');
    expect(steps.filter((s) => s.function === 'ip_defrag').at(-1)?.detail).toBe('whole again, from 4 fragments');
    expect(kernel.machine.packets.inUse).toBe(0);
  });

  it('that never complete are dropped after 30 seconds, and the sender is told', () => {
    const { kernel, a, b, aNic, bNic } = twoHosts();
    const heard: number[] = [];
    aNic.capture((frame) => {
      if (frame[23] === 1) heard.push(frame[34]!);
    });
    bNic.inject(udpFrame({ fragment: IP_MF, id: 7 }, new Uint8Array(8)));
    kernel.run();
    expect(b.drops.get('FRAG_REASM_TIMEOUT')).toBe(1);
    expect(kernel.nowNs).toBeGreaterThanOrEqual(30e9);
    expect(heard).toEqual([11]);
    expect(a.drops.size).toBe(0);
    expect(kernel.machine.packets.inUse).toBe(0);
  });

  it('that repeat are dropped once: DUP_FRAG', () => {
    const { kernel, b, bNic } = twoHosts();
    const first = udpFrame({ fragment: IP_MF, id: 7 }, new Uint8Array(8));
    bNic.inject(first);
    bNic.inject(first);
    kernel.run(1e9);
    expect([...b.drops]).toEqual([['DUP_FRAG', 1]]);
  });

  it('a router that may not fragment answers with the MTU it has', () => {
    const { kernel, a, router } = routedHosts({ rightMtu: 1000 });
    const errors: number[] = [];
    a.root.device('eth0')!.capture((frame) => {
      if (frame[23] === 1) errors.push(frame[34]!, frame[35]!, (frame[40]! << 8) | frame[41]!);
    });
    router.root
      .device('eth0')!
      .inject(
        udpFrame(
          { fragment: IP_DF, destinationMac: '02:00:00:00:01:01', destination: '10.0.1.2' },
          new Uint8Array(1200),
        ),
      );
    kernel.run();
    expect(errors).toEqual([3, 4, 1000]);
    expect(router.drops.get('PKT_TOO_BIG')).toBe(1);
  });
});
