import { describe, expect, it } from 'vitest';
import { udpFrame } from '../testing/frames.ts';
import { testProgram } from '../testing/test-program.ts';
import { twoHosts } from '../testing/two-hosts.ts';

function listening() {
  const net = twoHosts();
  const server = net.b.root.udpSocket();
  server.bind('0.0.0.0', 2000);
  const got: Uint8Array[] = [];
  server.onMessage((payload) => got.push(payload));
  return { ...net, got };
}

describe.each(['native', 'generic'] as const)('%s XDP', (mode) => {
  it.each([
    ['XDP_ABORTED', 0],
    ['XDP_DROP', 1],
    ['a number that is no action', 77],
  ])('drops for %s', (_name, action) => {
    const { kernel, b, bNic, got } = listening();
    bNic.attachXdp(testProgram(b, 'xdp', `r0 = ${action}\nexit`).program, mode);
    const recording = kernel.trace();
    bNic.inject(udpFrame());
    kernel.run();
    expect(got).toHaveLength(0);
    // Generic XDP frees the packet and counts nothing.
    expect(bNic.statistics().rxDropped).toBe(mode === 'native' ? 1 : 0);
    expect(recording.packets()[0]!.steps.at(-1)).toMatchObject({ layer: 'xdp', verdict: 'drop', reason: 'XDP' });
    expect(kernel.machine.packets.inUse).toBe(0);
  });

  it('XDP_TX sends the frame back as the program left it', () => {
    const { kernel, a, b, bNic, segment } = listening();
    const crossed: Uint8Array[] = [];
    segment.capture((frame) => crossed.push(frame));
    const program = testProgram(
      b,
      'xdp',
      `r2 = *(u32 *)(r1 + 0)
       r3 = *(u32 *)(r1 + 4)
       r4 = r2
       r4 += 14
       if r4 > r3 goto out
       *(u8 *)(r2 + 5) = 1
       r0 = 3
       exit
       out:
       r0 = 1
       exit`,
    ).program;
    bNic.attachXdp(program, mode);
    const recording = kernel.trace();
    bNic.inject(udpFrame());
    kernel.run();
    expect(crossed).toEqual([udpFrame({ destinationMac: '02:00:00:00:00:01' })]);
    expect(recording.packets()[0]!.steps.map((s) => s.node)).toContain('a');
    expect(a.drops.size).toBe(1);
  });

  it('XDP_REDIRECT sends it out of the device that bpf_redirect() named', () => {
    const { kernel, b, bNic } = listening();
    const other = kernel.createSegment('other');
    const out = b.root.addNic('eth1', other);
    const crossed: Uint8Array[] = [];
    other.capture((frame) => crossed.push(frame));
    const text = `r1 = ${out.ifindex}\nr2 = 0\ncall bpf_redirect#23\nexit`;
    bNic.attachXdp(testProgram(b, 'xdp', text).program, mode);
    bNic.inject(udpFrame());
    kernel.run();
    expect(crossed).toEqual([udpFrame()]);
    expect(kernel.machine.packets.inUse).toBe(0);
  });

  it('bpf_redirect_map() takes the device from a map, and its flags where the map has none', () => {
    const { kernel, b, bNic, got } = listening();
    const other = kernel.createSegment('other');
    const out = b.root.addNic('eth1', other);
    let crossed = 0;
    other.capture(() => crossed++);
    const devmap = { name: 'ports', type: 'devmap', keySize: 4, valueSize: 4, maxEntries: 4, flags: 0 } as const;
    const text = 'r1 = map[0x0] ll\nr2 = 1\nr3 = 2\ncall bpf_redirect_map#51\nexit';
    const { program, object } = testProgram(b, 'xdp', text, [devmap]);
    bNic.attachXdp(program, mode);
    bNic.inject(udpFrame());
    kernel.run();
    expect([got.length, crossed]).toEqual([1, 0]);
    object.maps.get('ports')!.set(Uint8Array.of(1, 0, 0, 0), Uint8Array.of(out.ifindex, 0, 0, 0));
    bNic.inject(udpFrame());
    kernel.run();
    expect([got.length, crossed]).toEqual([1, 1]);
  });

  it('bpf_xdp_adjust_head() takes an outer header off', () => {
    const { kernel, b, bNic, got } = listening();
    const inner = udpFrame();
    const wrapped = new Uint8Array(inner.length + 8);
    wrapped.set(inner, 8);
    bNic.attachXdp(testProgram(b, 'xdp', 'r2 = 8\ncall bpf_xdp_adjust_head#44\nr0 = 2\nexit').program, mode);
    bNic.inject(wrapped);
    kernel.run();
    expect(got).toHaveLength(1);
  });

  it('bpf_xdp_adjust_tail() cuts the end off, and the stack notices', () => {
    const { kernel, b, bNic, got } = listening();
    bNic.attachXdp(testProgram(b, 'xdp', 'r2 = -2\ncall bpf_xdp_adjust_tail#65\nr0 = 2\nexit').program, mode);
    bNic.inject(udpFrame());
    kernel.run();
    expect(got).toHaveLength(0);
    expect(b.drops.get('PKT_TOO_SMALL')).toBe(1);
  });
});

describe('metadata', () => {
  it('that an XDP program leaves is before the packet for tc', () => {
    const { kernel, b, bNic } = listening();
    const xdp = testProgram(
      b,
      'xdp',
      `r6 = r1
       r2 = -4
       call bpf_xdp_adjust_meta#54
       r2 = *(u32 *)(r6 + 8)
       r3 = *(u32 *)(r6 + 0)
       r4 = r2
       r4 += 4
       if r4 > r3 goto out
       *(u32 *)(r2 + 0) = 4711
       out:
       r0 = 2
       exit`,
    ).program;
    const tc = testProgram(
      b,
      'tc',
      `r2 = *(u32 *)(r1 + 140)
       r3 = *(u32 *)(r1 + 76)
       r4 = r2
       r4 += 4
       if r4 > r3 goto out
       r5 = *(u32 *)(r2 + 0)
       *(u32 *)(r1 + 8) = r5
       out:
       r0 = 0
       exit`,
    ).program;
    bNic.attachXdp(xdp, 'native');
    bNic.attachTc(tc, 'ingress');
    const recording = kernel.trace();
    bNic.inject(udpFrame());
    kernel.run();
    const step = recording.packets()[0]!.steps.find((s) => s.function === 'tcf_classify')!;
    expect(step.changes).toEqual([{ field: 'skb.mark', before: '0x0', after: '0x1267' }]);
  });
});

describe('attaching', () => {
  it('a second program to one device is refused: EBUSY', () => {
    const { b, bNic } = listening();
    const { program } = testProgram(b, 'xdp', 'r0 = 2\nexit');
    const link = bNic.attachXdp(program);
    expect(() => bNic.attachXdp(program)).toThrow(/EBUSY/);
    link.detach();
    expect(() => bNic.attachXdp(program, 'generic')).not.toThrow();
  });

  it('a tc program as XDP, or one of another host, is refused: EINVAL', () => {
    const { a, b, bNic } = listening();
    expect(() => bNic.attachXdp(testProgram(b, 'tc', 'r0 = 0\nexit').program)).toThrow(/EINVAL/);
    expect(() => bNic.attachXdp(testProgram(a, 'xdp', 'r0 = 2\nexit').program)).toThrow(/EINVAL/);
  });
});

describe('XDP on a veth', () => {
  it('runs natively on what the peer sends', () => {
    const { kernel, b } = listening();
    const pod = b.createNetns('pod');
    const [outside, inside] = b.root.addVeth('veth0', pod, 'eth0', { mac: '02:00:00:00:00:09' });
    pod.addAddress(inside, '10.1.0.2/24');
    b.root.addAddress(outside, '10.1.0.1/24');
    outside.attachXdp(testProgram(b, 'xdp', 'r0 = 1\nexit').program);
    inside.netns.addNeighbour(inside, '10.1.0.1', '02:00:00:00:00:09');
    const recording = kernel.trace();
    pod.udpSocket().send(Uint8Array.of(1), { address: '10.1.0.1', port: 5 });
    kernel.run();
    expect(recording.packets()[0]!.steps.at(-1)).toMatchObject({
      device: 'veth0',
      function: 'bpf_prog_run_xdp',
      verdict: 'drop',
    });
  });
});
