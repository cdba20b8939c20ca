import { describe, expect, it } from 'vitest';
import { udpFrame } from '../testing/frames.ts';
import { testProgram } from '../testing/test-program.ts';
import { twoHosts } from '../testing/two-hosts.ts';

/** A server on b:2000 that remembers what it got. */
function listening() {
  const net = twoHosts();
  const server = net.b.root.udpSocket();
  server.bind('0.0.0.0', 2000);
  const got: Uint8Array[] = [];
  server.onMessage((payload) => got.push(payload));
  return { ...net, server, got };
}

describe('tc programs', () => {
  it.each([
    ['TC_ACT_OK', 0, 1, undefined],
    ['TC_ACT_UNSPEC', -1, 1, undefined],
    ['TC_ACT_PIPE, which a tcx link does not know', 3, 1, undefined],
    ['TC_ACT_SHOT', 2, 0, 'TC_INGRESS'],
    ['TC_ACT_STOLEN, likewise', 4, 1, undefined],
  ])('at ingress: %s', (_name, action, delivered, reason) => {
    const { kernel, b, bNic, got } = listening();
    bNic.attachTc(testProgram(b, 'tc', `r0 = ${action}\nexit`).program, 'ingress');
    bNic.inject(udpFrame());
    kernel.run();
    expect(got).toHaveLength(delivered);
    expect([...b.drops.keys()]).toEqual(reason === undefined ? [] : [reason]);
    expect(kernel.machine.packets.inUse).toBe(0);
  });

  it('run in turn until one decides', () => {
    const { kernel, b, bNic, got } = listening();
    bNic.attachTc(testProgram(b, 'tc', 'r0 = -1\nexit').program, 'ingress');
    const link = bNic.attachTc(testProgram(b, 'tc', 'r0 = 2\nexit').program, 'ingress');
    bNic.attachTc(testProgram(b, 'tc', 'r0 = 0\nexit').program, 'ingress');
    bNic.inject(udpFrame());
    kernel.run();
    expect(got).toHaveLength(0);
    link.detach();
    bNic.inject(udpFrame());
    kernel.run();
    expect(got).toHaveLength(1);
  });

  it('see the packet from its link-layer header, and change its bytes and mark', () => {
    const { kernel, b, bNic, got } = listening();
    const program = testProgram(
      b,
      'tc',
      `r6 = r1
       r2 = *(u32 *)(r1 + 76)
       r3 = *(u32 *)(r1 + 80)
       r4 = r2
       r4 += 46
       if r4 > r3 goto out
       r5 = *(u8 *)(r2 + 12)
       if r5 != 8 goto out
       *(u8 *)(r2 + 42) = 99
       *(u16 *)(r2 + 40) = 0
       *(u32 *)(r6 + 8) = 7
       out:
       r0 = 0
       exit`,
    ).program;
    bNic.attachTc(program, 'ingress');
    const recording = kernel.trace();
    bNic.inject(udpFrame());
    kernel.run();
    expect(got[0]).toEqual(Uint8Array.of(99, 2, 3, 4));
    const step = recording.packets()[0]!.steps.find((s) => s.program === 'tc')!;
    expect(step.function).toBe('tcf_classify');
    expect(step.changes).toEqual([{ field: 'skb.mark', before: '0x0', after: '0x7' }]);
  });

  it('at egress drop what leaves: TC_EGRESS', () => {
    const { kernel, a, aNic, got } = listening();
    aNic.attachTc(testProgram(a, 'tc', 'r0 = 2\nexit').program, 'egress');
    a.root.addNeighbour(aNic, '10.0.0.2', '02:00:00:00:00:02');
    a.root.udpSocket().send(Uint8Array.of(1), { address: '10.0.0.2', port: 2000 });
    kernel.run();
    expect(got).toHaveLength(0);
    expect(a.drops.get('TC_EGRESS')).toBe(1);
  });

  it('redirect out of another device', () => {
    const { kernel, b, bNic } = listening();
    const pod = b.createNetns('pod');
    const [veth, inside] = b.root.addVeth('veth0', pod, 'eth0');
    pod.addAddress(inside, '10.0.0.2/32');
    const heard: Uint8Array[] = [];
    inside.capture((frame) => heard.push(frame));
    bNic.attachTc(testProgram(b, 'tc', `r1 = ${veth.ifindex}\nr2 = 0\ncall bpf_redirect#23\nexit`).program, 'ingress');
    bNic.inject(udpFrame());
    kernel.run();
    expect(heard).toEqual([udpFrame()]);
    expect(veth.statistics().txPackets).toBe(1);
  });

  it('bpf_redirect_peer() reaches the pod without its backlog', () => {
    const { kernel, b, bNic } = listening();
    const pod = b.createNetns('pod');
    const [veth, inside] = b.root.addVeth('veth0', pod, 'eth0', { peerMac: '02:00:00:00:00:02' });
    pod.addAddress(inside, '10.0.0.2/32');
    const server = pod.udpSocket();
    server.bind('10.0.0.2', 2000);
    const got: Uint8Array[] = [];
    server.onMessage((p) => got.push(p));
    bNic.attachTc(
      testProgram(b, 'tc', `r1 = ${veth.ifindex}\nr2 = 0\ncall bpf_redirect_peer#155\nexit`).program,
      'ingress',
    );
    const recording = kernel.trace();
    bNic.inject(udpFrame());
    kernel.run();
    expect(got).toHaveLength(1);
    const functions = recording.packets()[0]!.steps.map((s) => s.function);
    expect(functions).not.toContain('enqueue_to_backlog');
    expect(functions).toContain('skb_do_redirect');
    expect(recording.packets()[0]!.steps.at(-1)).toMatchObject({ netns: 'pod', verdict: 'delivered' });
  });

  it('a redirect to a device that is not there drops the packet and says so', () => {
    const { kernel, b, bNic } = listening();
    bNic.attachTc(testProgram(b, 'tc', 'r1 = 99\nr2 = 0\ncall bpf_redirect#23\nexit').program, 'ingress');
    const recording = kernel.trace();
    bNic.inject(udpFrame());
    kernel.run();
    expect(recording.packets()[0]!.steps.at(-1)).toMatchObject({
      function: 'skb_do_redirect',
      verdict: 'drop',
      because: { text: 'no device has ifindex 99' },
    });
  });

  it('what upper layers know of a program is added to its step', () => {
    const { kernel, b, bNic } = listening();
    bNic.attachTc(testProgram(b, 'tc', 'r0 = 2\nexit').program, 'ingress');
    const recording = kernel.trace({
      afterProgram: (run) => ({
        because: { kind: 'policy', text: `policy 7 denies (${run.program}, ${run.returnValue})` },
      }),
    });
    bNic.inject(udpFrame());
    kernel.run();
    expect(recording.packets()[0]!.steps.at(-1)!.because).toEqual({ kind: 'policy', text: 'policy 7 denies (tc, 2)' });
  });
});
