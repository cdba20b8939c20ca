import type { BpfKernel, ProgramHandle } from '@sluice/engine';
import { EngineError } from '@sluice/engine';
import { linuxBpf, probeBpf } from '@sluice/linux';
import { createModelKernel } from '@sluice/model';
import { parseIpv4 } from '@sluice/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterState } from '../state/cluster-state.ts';
import { nodeEntries } from '../state/node-entries.ts';
import { clusterOf, pod, policy } from '../testing/manifests.ts';
import { randomFrame } from '../testing/random-frames.ts';
import { type LoadedDatapath, loadDatapath } from './load-datapath.ts';

const capability = probeBpf();
if (!capability.usable) console.warn(`skipping the datapath on Linux: ${capability.missing}`);

/** Services have one backend each, so that chance decides nothing. */
const cluster = clusterOf(
  [
    pod('web', { app: 'web' }, { node: 'n1', ports: [80] }),
    pod('db', { app: 'db' }, { node: 'n1', ports: [5432] }),
    pod('far', { app: 'far' }, { node: 'n2', ports: [80] }),
    policy('web', {
      podSelector: { matchLabels: { app: 'web' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'far' } } }], ports: [{ protocol: 'TCP', port: 80 }] }],
      egress: [{ ports: [{ protocol: 'UDP' }, { protocol: 'TCP', port: 5432 }] }],
    }),
    ...['db', 'far'].map(
      (app) => `---
apiVersion: v1
kind: Service
metadata: { name: ${app}, namespace: shop }
spec: { type: NodePort, selector: { app: ${app} }, ports: [{ port: 81, targetPort: ${app === 'db' ? 5432 : 80} }, { name: u, protocol: UDP, port: 82, targetPort: 53 }] }
`,
    ),
  ].join(''),
);
const state = clusterState(cluster);
const [node] = cluster.nodes;
if (!node) throw new Error('no node');

/** Test runs happen on the loopback device, number 1: it stands for web's. */
function load(kernel: BpfKernel): LoadedDatapath {
  const datapath = loadDatapath(kernel, { nodeIp: node?.ip ?? 0, nodeIfindex: 7, tellAll: true, packetLb: true });
  const link = (ifindex: number) => ({ ifindex, mac: '02:01:00:00:00:01', nodeMac: '02:02:00:00:00:01' });
  datapath.write(
    nodeEntries(state, node as NonNullable<typeof node>, (endpoint) => link(endpoint.pod.pod.name === 'web' ? 1 : 5)),
  );
  return datapath;
}

/** What one run did: result, frame, and what it told. */
function observe(datapath: LoadedDatapath, program: ProgramHandle, data: Uint8Array): unknown {
  const events: string[] = [];
  let result: unknown;
  try {
    const { returnValue, data: frame } = program.testRun({ data });
    result = [returnValue, Buffer.from(frame).toString('hex')];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    result = error.code;
  }
  datapath.maps.get('events')?.drain((record) => events.push(Buffer.from(record).toString('hex')));
  return { result, events };
}

const addresses = [...cluster.pods.map((p) => p.ip), ...cluster.nodes.map((n) => n.ip), parseIpv4('9.9.9.9') ?? 0];
const services = cluster.services.map((s) => s.clusterIp ?? 0);
const ports = [80, 81, 82, 53, 5432, 30000, 30001, 30002, 30003];
const frames = randomFrame({
  sources: addresses,
  destinations: [...addresses, ...services].flatMap((ip) => ports.map((port) => ({ ip, port }))),
});
const modelBpf = (engine: 'jit' | 'interpreter') => createModelKernel({ engine }).createHost({ name: 'host' }).bpf;

describe.skipIf(!capability.usable)('the datapath in interpreter, JIT and Linux', () => {
  it.each([
    ['pod', 'from_container', 6],
    ['pod', 'to_container', 5],
    ['netdev', 'from_netdev', 4],
    ['netdev', 'to_netdev', 2],
  ] as const)('%s: %s gives the same verdict, frame and events for one sequence of packets', (object, name, ways) => {
    const engines = [modelBpf('interpreter'), modelBpf('jit'), linuxBpf()].map((kernel) => {
      const datapath = load(kernel);
      const program = datapath.objects[object].programs.get(name);
      if (!program) throw new Error(`no program ${name}`);
      return { datapath, program };
    });
    const seen = new Set<unknown>();
    for (const [i, frame] of fc.sample(frames, { numRuns: 1500, seed: 2 }).entries()) {
      const [interpreter, jit, linux] = engines.map(({ datapath, program }) => observe(datapath, program, frame));
      const place = `packet ${i}: ${Buffer.from(frame).toString('hex')}`;
      expect(jit, place).toEqual(interpreter);
      expect(interpreter, place).toEqual(linux);
      seen.add(JSON.stringify((linux as { events: string[] }).events.map((event) => event.slice(0, 4))));
    }
    for (const { datapath } of engines) for (const loaded of Object.values(datapath.objects)) loaded.close();
    expect(seen.size, 'the packets took too few ways to prove anything').toBeGreaterThanOrEqual(ways);
  });
});
