import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clock } from './clock.ts';
import { Random } from './random.ts';

describe('the clock', () => {
  it('fires timers by time, then in the order they were set', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 60 }), (delays) => {
        const clock = new Clock();
        const fired: [number, number][] = [];
        delays.forEach((delay, i) => {
          clock.after(delay, () => fired.push([clock.nowNs, i]));
        });
        while (clock.advance());
        const expected = delays.map((delay, i) => [delay, i]).sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
        expect(fired).toEqual(expected);
      }),
    );
  });

  it('does not fire what was cancelled, and waits for nobody but foreground timers', () => {
    const clock = new Clock();
    const timer = clock.after(5, () => expect.unreachable());
    expect(clock.waiting).toBe(true);
    clock.cancel(timer);
    clock.cancel(timer);
    expect(clock.waiting).toBe(false);
    clock.after(7, () => {}, true);
    expect(clock.waiting).toBe(false);
    expect(clock.advance(6)).toBe(false);
    expect([clock.advance(7), clock.nowNs]).toEqual([true, 7]);
  });
});

describe('chance', () => {
  it('is the same for the same seed, and spreads evenly', () => {
    const draw = (seed: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 4000 }, () => random.below(8));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    for (let face = 0; face < 8; face++) {
      const share = draw(3).filter((n) => n === face).length / 4000;
      expect(Math.abs(share - 1 / 8)).toBeLessThan(0.03);
    }
  });

  it('a run with the same seed is the same in every step', async () => {
    const { twoHosts } = await import('../testing/two-hosts.ts');
    const run = (): unknown => {
      const { kernel, a, b } = twoHosts({ seed: 42 });
      b.root.tcpListen('0.0.0.0', 80, (c) => c.onData((d) => c.send(d)));
      const recording = kernel.trace();
      const client = a.root.tcpConnect('10.0.0.2', 80);
      client.onEstablished(() => client.send(Uint8Array.of(1, 2, 3)));
      kernel.run();
      return recording.packets();
    };
    expect(run()).toEqual(run());
  });
});
