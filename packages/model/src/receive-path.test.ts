import { describe, expect, it } from 'vitest';
import { NF_ACCEPT } from './netfilter/hooks.ts';
import { RECEIVE_PATH } from './receive-path.ts';
import { udpFrame } from './testing/frames.ts';
import { testProgram } from './testing/test-program.ts';
import { twoHosts } from './testing/two-hosts.ts';

describe('the receive path', () => {
  it('is walked in the order of its table of contents, every occupied station of it', () => {
    const { kernel, b, bNic } = twoHosts();
    bNic.attachXdp(testProgram(b, 'xdp', 'r0 = 2\nexit').program, 'native');
    bNic.attachTc(testProgram(b, 'tc', 'r0 = 0\nexit').program, 'ingress');
    bNic.capture(() => {});
    for (const point of ['ingress', 'preRouting', 'localIn'] as const) {
      b.root.hooks.register(point, { name: 'accept', priority: 0, hook: () => NF_ACCEPT });
    }
    const server = b.root.udpSocket();
    server.bind('0.0.0.0', 2000);
    server.onMessage(() => {});
    const recording = kernel.trace();
    bNic.inject(udpFrame());
    kernel.run();
    const walked = recording.packets()[0]!.steps.map((s) => s.function);
    const listed = RECEIVE_PATH.flatMap((s) => s.functions.map((f) => ('function' in f ? f.function : f.name)));
    const kernelNames: Record<string, string> = { napiPoll: 'napi_poll', xdpRun: 'bpf_prog_run_xdp' };
    const expected = listed.map((f) => kernelNames[f] ?? f).filter((f) => walked.includes(f));
    expect(walked).toEqual([
      'nic_dma_write',
      ...expected.filter((f, i) => expected.indexOf(f) === i || f === 'nf_hook_slow'),
    ]);
  });

  it('has all nineteen steps', () => {
    expect([...new Set(RECEIVE_PATH.map((s) => s.step))]).toEqual(Array.from({ length: 21 }, (_, i) => i));
  });
});
