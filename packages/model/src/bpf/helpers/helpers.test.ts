import { buildTcpFrame, buildUdpFrame, formatFrame } from '@sluice/wire';
import { describe, expect, it } from 'vitest';
import { udpFrame } from '../../testing/frames.ts';
import { testProgram } from '../../testing/test-program.ts';
import { twoHosts } from '../../testing/two-hosts.ts';

/** Runs a tc program on a frame by itself. Returns r0, signed, and the frame it left. */
function runTc(text: string, frame = udpFrame()): { r0: number; data: Uint8Array } {
  const { b } = twoHosts();
  const { returnValue, data } = testProgram(b, 'tc', text).program.testRun({ data: frame });
  return { r0: returnValue | 0, data };
}

describe('bpf_skb_store_bytes() and bpf_skb_load_bytes()', () => {
  const store = (offset: number, length = 4): string => `r2 = ${offset}
    *(u32 *)(r10 - 4) = 67305985
    r3 = r10
    r3 += -4
    r4 = ${length}
    r5 = 0
    call bpf_skb_store_bytes#9
    exit`;

  it('write inside the packet', () => {
    const { r0, data } = runTc(store(42));
    expect([r0, ...data.slice(42, 46)]).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([43, 0xffff])('fault at offset %i, beyond the end', (offset) => {
    expect(runTc(store(offset)).r0).toBe(-14);
  });

  it('read what is there, and zero where it is not', () => {
    const load = (offset: number): string => `*(u32 *)(r10 - 4) = -1
      r2 = ${offset}
      r3 = r10
      r3 += -4
      r4 = 4
      call bpf_skb_load_bytes#26
      r0 = *(u32 *)(r10 - 4)
      exit`;
    expect(runTc(load(42)).r0).toBe(0x04030201);
    expect(runTc(load(43)).r0).toBe(0);
  });

  it('read relative to the IP header', () => {
    const text = `*(u32 *)(r10 - 4) = 0
      r2 = 16
      r3 = r10
      r3 += -4
      r4 = 4
      r5 = 1
      call bpf_skb_load_bytes_relative#68
      r0 = *(u32 *)(r10 - 4)
      exit`;
    expect(runTc(text).r0).toBe(0x0200000a);
  });
});

describe('checksums', () => {
  /** Rewrites the destination 10.0.0.2 to 10.0.0.9 and mends both checksums, `l4` bytes behind the frame's start. */
  const rewrite = (l4: number, flags: number): string => `r6 = r1
    *(u32 *)(r10 - 4) = 150994954
    r2 = 30
    r3 = r10
    r3 += -4
    r4 = 4
    r5 = 0
    call bpf_skb_store_bytes#9
    r1 = r6
    r2 = 24
    r3 = 33554442
    r4 = 150994954
    r5 = 4
    call bpf_l3_csum_replace#10
    r1 = r6
    r2 = ${l4}
    r3 = 33554442
    r4 = 150994954
    r5 = ${flags}
    call bpf_l4_csum_replace#11
    exit`;
  const ends = {
    sourceMac: '02:00:00:00:00:01',
    destinationMac: '02:00:00:00:00:02',
    source: '10.0.0.1',
    sourcePort: 1,
    destinationPort: 2,
  };

  it('of TCP and IP are right after an address was rewritten', () => {
    const before = buildTcpFrame({ ...ends, destination: '10.0.0.2', sequence: 7 }, Uint8Array.of(1, 2, 3));
    const after = buildTcpFrame({ ...ends, destination: '10.0.0.9', sequence: 7 }, Uint8Array.of(1, 2, 3));
    expect(runTc(rewrite(50, 0x14), before)).toEqual({ r0: 0, data: after });
  });

  it('of UDP too, and one that was not computed stays so', () => {
    const before = buildUdpFrame({ ...ends, destination: '10.0.0.2' }, Uint8Array.of(1, 2, 3));
    const after = buildUdpFrame({ ...ends, destination: '10.0.0.9' }, Uint8Array.of(1, 2, 3));
    expect(runTc(rewrite(40, 0x34), before)).toEqual({ r0: 0, data: after });
    before[40] = before[41] = after[40] = after[41] = 0;
    expect(runTc(rewrite(40, 0x34), before)).toEqual({ r0: 0, data: after });
  });

  it.each([
    ['at an odd offset', 'r2 = 25\nr3 = 1\nr4 = 2\nr5 = 4\ncall bpf_l3_csum_replace#10\nexit', -14],
    ['of a size that is none', 'r2 = 24\nr3 = 1\nr4 = 2\nr5 = 3\ncall bpf_l3_csum_replace#10\nexit', -22],
    ['with unknown flags', 'r2 = 24\nr3 = 1\nr4 = 2\nr5 = 256\ncall bpf_l4_csum_replace#11\nexit', -22],
  ])('are refused %s', (_what, text, errno) => {
    expect(runTc(text).r0).toBe(errno);
  });
});

describe('changing a packet', () => {
  it('bpf_skb_change_tail() lengthens with zeros and cuts', () => {
    const text = (length: number): string => `r2 = ${length}\nr3 = 0\ncall bpf_skb_change_tail#38\nexit`;
    expect(runTc(text(50)).data).toEqual(Uint8Array.of(...udpFrame(), 0, 0, 0, 0));
    expect(runTc(text(44)).data).toEqual(udpFrame().slice(0, 44));
    expect(runTc(text(17000)).r0).toBe(-22);
  });

  it('bpf_skb_change_head() makes room in front', () => {
    const { r0, data } = runTc('r2 = 14\nr3 = 0\ncall bpf_skb_change_head#43\nexit');
    expect(r0).toBe(0);
    expect(data).toEqual(Uint8Array.of(...new Uint8Array(14), ...udpFrame()));
  });

  it('bpf_skb_adjust_room() opens and closes a gap behind the link-layer header', () => {
    const open = runTc('r2 = 20\nr3 = 1\nr4 = 0\nr5 = 0\ncall bpf_skb_adjust_room#50\nexit');
    const frame = udpFrame();
    expect(open.data).toEqual(Uint8Array.of(...frame.slice(0, 14), ...new Uint8Array(20), ...frame.slice(14)));
    const close = runTc('r2 = -8\nr3 = 0\nr4 = 0\nr5 = 0\ncall bpf_skb_adjust_room#50\nexit');
    expect(close.data).toEqual(Uint8Array.of(...frame.slice(0, 34), ...frame.slice(42)));
  });

  it('bpf_skb_pull_data() asks for no more than there is', () => {
    expect(runTc('r2 = 46\ncall bpf_skb_pull_data#39\nexit').r0).toBe(0);
    expect(runTc('r2 = 47\ncall bpf_skb_pull_data#39\nexit').r0).toBe(-12);
  });

  it('bpf_skb_change_type() makes a stray frame ours', () => {
    const { kernel, b, bNic } = twoHosts();
    const server = b.root.udpSocket();
    server.bind('0.0.0.0', 2000);
    let got = 0;
    server.onMessage(() => got++);
    bNic.attachTc(testProgram(b, 'tc', 'r2 = 0\ncall bpf_skb_change_type#32\nr0 = 0\nexit').program, 'ingress');
    bNic.inject(udpFrame({ destinationMac: '02:00:00:00:00:77' }));
    kernel.run();
    expect(got).toBe(1);
  });
});

describe('bpf_get_hash_recalc()', () => {
  const text = 'call bpf_get_hash_recalc#34\nexit';
  it('is the same for a flow, and another for another', () => {
    expect(runTc(text).r0).toBe(runTc(text, udpFrame({}, new Uint8Array(99))).r0);
    expect(runTc(text).r0).not.toBe(runTc(text, udpFrame({ sourcePort: 7 })).r0);
    expect(runTc(text).r0).not.toBe(0);
  });
});

describe('bpf_fib_lookup()', () => {
  /** Looks up the frame's destination for a packet that came by eth0; on success rewrites the MACs and redirects. */
  const forward = `r6 = r1
    r7 = *(u32 *)(r1 + 76)
    r8 = *(u32 *)(r1 + 80)
    r0 = r7
    r0 += 34
    if r0 > r8 goto pass
    r0 = 0
    *(u64 *)(r10 - 8) = r0
    *(u64 *)(r10 - 16) = r0
    *(u64 *)(r10 - 24) = r0
    *(u64 *)(r10 - 32) = r0
    *(u64 *)(r10 - 40) = r0
    *(u64 *)(r10 - 48) = r0
    *(u64 *)(r10 - 56) = r0
    *(u64 *)(r10 - 64) = r0
    *(u8 *)(r10 - 64) = 2
    r0 = *(u32 *)(r6 + 40)
    *(u32 *)(r10 - 56) = r0
    r0 = *(u32 *)(r7 + 26)
    *(u32 *)(r10 - 48) = r0
    r0 = *(u32 *)(r7 + 30)
    *(u32 *)(r10 - 32) = r0
    r1 = r6
    r2 = r10
    r2 += -64
    r3 = 64
    r4 = 0
    call bpf_fib_lookup#69
    *(u32 *)(r6 + 8) = r0
    if r0 != 0 goto pass
    r1 = r6
    r2 = 0
    r3 = r10
    r3 += -6
    r4 = 6
    r5 = 0
    call bpf_skb_store_bytes#9
    r1 = r6
    r2 = 6
    r3 = r10
    r3 += -12
    r4 = 6
    r5 = 0
    call bpf_skb_store_bytes#9
    r1 = *(u32 *)(r10 - 56)
    r2 = 0
    call bpf_redirect#23
    exit
    pass:
    r0 = 2
    exit`;

  /** b with a second device whose neighbour may be known. Returns the mark (the lookup's answer) and what left. */
  function look(prepare: (b: ReturnType<typeof twoHosts>['b']) => void): { answer: string; left: string[] } {
    const { kernel, b, bNic } = twoHosts();
    const other = kernel.createSegment('other');
    const out = b.root.addNic('eth1', other, { mac: '02:00:00:00:00:0e' });
    b.root.addAddress(out, '10.0.1.1/24');
    prepare(b);
    const left: string[] = [];
    other.capture((f) => left.push(formatFrame(f).split(' | ')[0]!));
    bNic.attachTc(testProgram(b, 'tc', forward).program, 'ingress');
    const recording = kernel.trace();
    bNic.inject(udpFrame({ destination: '10.0.1.7' }));
    kernel.run();
    const step = recording.packets()[0]!.steps.find((s) => s.function === 'tcf_classify')!;
    return { answer: step.changes.find((c) => c.field === 'skb.mark')?.after ?? '0x0', left };
  }

  it('answers FWD_DISABLED on a host that does not forward', () => {
    expect(look(() => {})).toEqual({ answer: '0x5', left: [] });
  });

  it('answers NO_NEIGH while the next hop is unknown', () => {
    expect(look((b) => b.root.setSysctl('net.ipv4.ip_forward', '1')).answer).toBe('0x7');
  });

  it('gives device and addresses, with which the program sends the packet on', () => {
    const known = look((b) => {
      b.root.setSysctl('net.ipv4.ip_forward', '1');
      b.root.addNeighbour(b.root.device('eth1')!, '10.0.1.7', '02:00:00:00:00:07');
    });
    expect(known).toEqual({ answer: '0x0', left: ['02:00:00:00:00:0e > 02:00:00:00:00:07, IPv4'] });
  });

  it('answers UNREACHABLE, PROHIBIT and BLACKHOLE for such routes', () => {
    const answers = (['unreachable', 'prohibit', 'blackhole'] as const).map(
      (type) =>
        look((b) => {
          b.root.setSysctl('net.ipv4.ip_forward', '1');
          b.root.addRoute({ to: '10.0.1.7/32', type });
        }).answer,
    );
    expect(answers).toEqual(['0x2', '0x3', '0x1']);
  });
});

describe('sending elsewhere', () => {
  it('bpf_redirect_neigh() makes the link-layer header, asking ARP where it must', () => {
    const { kernel, b, bNic } = twoHosts();
    const other = kernel.createSegment('other');
    const out = b.root.addNic('eth1', other);
    b.root.addAddress(out, '10.0.1.1/24');
    const c = kernel.createHost({ name: 'c' });
    const nic = c.root.addNic('eth0', other, { mac: '02:00:00:00:00:0c' });
    c.root.addAddress(nic, '10.0.1.7/24');
    const seen: string[] = [];
    nic.capture((f) => seen.push(formatFrame(f)));
    const text = `r1 = ${out.ifindex}\nr2 = 0\nr3 = 0\nr4 = 0\ncall bpf_redirect_neigh#152\nexit`;
    bNic.attachTc(testProgram(b, 'tc', text).program, 'ingress');
    bNic.inject(udpFrame({ destination: '10.0.1.7' }));
    kernel.run(1e6);
    expect(seen[0]).toContain('ARP who-has 10.0.1.7 tell 10.0.1.1');
    expect(seen[2]).toContain('> 02:00:00:00:00:0c, IPv4 | 10.0.0.1 > 10.0.1.7: UDP, ttl 64');
  });

  it('bpf_clone_redirect() sends a copy, and the packet goes on', () => {
    const { kernel, b, bNic } = twoHosts();
    const server = b.root.udpSocket();
    server.bind('0.0.0.0', 2000);
    let got = 0;
    server.onMessage(() => got++);
    const other = kernel.createSegment('other');
    const out = b.root.addNic('eth1', other);
    const copies: Uint8Array[] = [];
    other.capture((f) => copies.push(f));
    const text = `r2 = ${out.ifindex}\nr3 = 0\ncall bpf_clone_redirect#13\nr0 = 0\nexit`;
    bNic.attachTc(testProgram(b, 'tc', text).program, 'ingress');
    const recording = kernel.trace();
    bNic.inject(udpFrame());
    kernel.run();
    expect([got, copies]).toEqual([1, [udpFrame()]]);
    expect(recording.packets().map((p) => p.causedBy)).toEqual([undefined, 1]);
    expect(kernel.machine.packets.inUse).toBe(0);
  });

  it('bpf_redirect() with BPF_F_INGRESS brings a packet into the receive side of a device', () => {
    const { kernel, b, bNic } = twoHosts();
    const pod = b.createNetns('pod');
    const [veth] = b.root.addVeth('veth0', pod, 'eth0', { mac: '02:00:00:00:00:02' });
    b.root.addAddress(veth, '10.3.0.1/24');
    const server = b.root.udpSocket();
    server.bind('0.0.0.0', 2000);
    let got = 0;
    server.onMessage(() => got++);
    const text = `r1 = ${veth.ifindex}\nr2 = 1\ncall bpf_redirect#23\nexit`;
    bNic.attachTc(testProgram(b, 'tc', text).program, 'ingress');
    const recording = kernel.trace();
    bNic.inject(udpFrame());
    kernel.run();
    expect(got).toBe(1);
    expect(recording.packets()[0]!.steps.find((s) => s.function === 'ip_rcv')!.device).toBe('veth0');
  });
});

describe('who is running', () => {
  it('sockets have cookies of their own, namespaces too', () => {
    const { a } = twoHosts();
    const pod = a.createNetns('pod');
    const events: number[] = [];
    const text = `r6 = r1
      call bpf_get_netns_cookie#122
      if r0 == 2 goto refuse
      r0 = 1
      exit
      refuse:
      r0 = 0
      exit`;
    a.attachCgroup(testProgram(a, 'cgroup/connect4', text).program);
    for (const netns of [a.root, pod]) {
      try {
        netns.udpSocket().connect('127.0.0.1', 1);
        events.push(netns.cookie);
      } catch {
        events.push(-netns.cookie);
      }
    }
    expect(events).toEqual([1, -2]);
  });
});

describe('BPF_PROG_TEST_RUN', () => {
  it('gives back the context that the program changed, and refuses fields that cannot be set', () => {
    const { b } = twoHosts();
    const { program } = testProgram(b, 'tc', 'r2 = *(u32 *)(r1 + 8)\nr2 += 1\n*(u32 *)(r1 + 8) = r2\nr0 = 0\nexit');
    const context = new Uint8Array(192);
    context[8] = 5;
    expect(program.testRun({ data: udpFrame(), context }).context![8]).toBe(6);
    context[4] = 1;
    expect(() => program.testRun({ data: udpFrame(), context })).toThrow(/EINVAL/);
  });

  it('refuses frames that are too short, and program types it cannot run', () => {
    const { b } = twoHosts();
    const tc = testProgram(b, 'tc', 'r0 = 0\nexit').program;
    expect(() => tc.testRun({ data: new Uint8Array(13) })).toThrow(/EINVAL/);
    const connect = testProgram(b, 'cgroup/connect4', 'r0 = 1\nexit').program;
    expect(() => connect.testRun({ data: new Uint8Array(0) })).toThrow(/ENOTSUPP/);
  });

  it('of XDP returns the frame with its new ends', () => {
    const { b } = twoHosts();
    const { program } = testProgram(b, 'xdp', 'r2 = -4\ncall bpf_xdp_adjust_head#44\nr0 = 2\nexit');
    expect(program.testRun({ data: udpFrame() }).data).toHaveLength(udpFrame().length + 4);
  });
});
