import type { DeviceStatistics } from '@sluice/engine';
import { numbersOf } from '@sluice/engine/testing';
import { toHex } from '@sluice/wire';
import type { Built } from './build.ts';
import type { Case } from './case.ts';
import { framesOf, portOf } from './frame.ts';
import { normalised } from './normalise.ts';
import { pick } from './plan.ts';

/** What a case showed on one kernel: plain data, the same on both or there is a divergence. */
export interface Observation {
  /** Configuration that was refused, and sends that failed. */
  readonly outcomes: readonly string[];
  /** By device: every frame it saw, in order. */
  readonly frames: Readonly<Record<string, readonly string[]>>;
  readonly received: readonly (readonly string[])[];
  readonly statistics: Readonly<Record<string, Partial<DeviceStatistics>>>;
  readonly maps: Readonly<Record<string, readonly string[]>>;
}

/** Lets a kernel do everything that follows from what was just put in. */
export type AfterStep = () => void;

/** Starts to watch all devices, then does the steps of a case. The result is complete once the kernel is quiet. */
export function drive(built: Built, testCase: Case, afterStep: AfterStep): () => Observation {
  const { plan, devices } = built;
  const names = plan.ports.map(({ net, name }) => `n${net}.${name}`);
  const own = new Set([...plan.ports.map(({ address }) => address), '127.0.0.1']);
  for (const { address } of testCase.addresses) own.add(pick(plan.addresses, address) ?? '');
  const frames = devices.map((device) => {
    const seen: Uint8Array[] = [];
    device.capture((frame) => seen.push(frame));
    return seen;
  });
  const before = devices.map((device) => device.statistics());
  const outcomes = [...built.outcomes];
  testCase.steps.forEach((step, i) => {
    if (step.kind === 'send') {
      const result = sendFrom(built, step);
      if (result !== undefined) outcomes.push(`step ${i}: ${result}`);
    } else {
      const index = step.port % plan.ports.length;
      const port = plan.ports[index];
      if (!port) return;
      for (const frame of framesOf(plan, port, step, 0x1000 + i)) {
        devices[index]?.inject(frame);
        afterStep();
      }
    }
    afterStep();
  });
  return () => ({
    outcomes,
    frames: Object.fromEntries(
      frames.map((seen, i) => [names[i], seen.map((frame) => normalised(frame, (address) => own.has(address)))]),
    ),
    received: built.received,
    statistics: Object.fromEntries(devices.map((device, i) => [names[i], difference(device.statistics(), before[i])])),
    maps: Object.fromEntries(
      built.maps.map(([name, map]) => [
        name,
        [...map.entries()]
          .map(([key, value]) => `${toHex(key)} ${numbersOf(value).reduce((a, b) => a + b, 0n)}`)
          .sort(),
      ]),
    ),
  });
}

type Send = Extract<Case['steps'][number], { kind: 'send' }>;

function sendFrom({ plan, sockets }: Built, { socket: index, to, port, length }: Send): string | undefined {
  const socket = pick(sockets, index);
  if (!socket) return undefined;
  const payload = Uint8Array.from({ length }, (_, i) => 65 + (i % 26));
  return socket.send(payload, { address: pick(plan.addresses, to) ?? '0.0.0.0', port: portOf(port) });
}

function difference(now: DeviceStatistics, before: DeviceStatistics | undefined): Partial<DeviceStatistics> {
  const keys = Object.keys(now) as (keyof DeviceStatistics)[];
  return Object.fromEntries(
    keys.map((key) => [key, now[key] - (before?.[key] ?? 0)] as const).filter(([, count]) => count !== 0),
  );
}
