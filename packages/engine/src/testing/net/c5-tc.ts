import {
  acquainted,
  answering,
  IP,
  inner,
  listenOn,
  loadAll,
  lone,
  MAC,
  mapOf,
  mapSpec,
  numbersOf,
  padded,
  program,
  programOf,
  programSpec,
  router,
  sentBy,
  shown,
  text,
  u32,
  udp,
  watch,
} from '../builders/index.ts';
import { type NetScenario, rowOf } from '../world.ts';

/* Fields of `struct __sk_buff`. */
const F = {
  len: 0,
  pktType: 4,
  mark: 8,
  queue: 12,
  protocol: 16,
  vlan: 20,
  priority: 32,
  ingress: 36,
  ifindex: 40,
  cb: 48,
  data: 76,
  dataEnd: 80,
};

/** What tc programs may return, and whether the packet goes on. */
const verdicts: readonly (readonly [number, boolean])[] = [
  [-1, true],
  [0, true],
  [1, true],
  [2, false],
  [3, true],
  [4, true],
  [5, true],
  [8, true],
  [99, true],
];

/** A program that drops where a field has a value. */
const dropIf = (field: number, value: number) =>
  `r2 = *(u32 *)(r1 + ${field})\nr0 = -1\nif r2 != ${value} goto out\nr0 = 2\nout: exit`;

/** Runs `verdict` for IPv4 alone; others go on. `r6` is the context. */
const forIpv4 = (verdict: string) => `
  r6 = r1
  r2 = *(u32 *)(r1 + ${F.protocol})
  r0 = -1
  if r2 != 8 goto out
  ${verdict}
  out: exit`;

export const C5_TC = rowOf('C5', [
  ...verdicts.flatMap(([verdict, passes]): Omit<NetScenario, 'row'>[] => [
    {
      name: `an ingress program that returns ${verdict}`,
      run: async (world) => {
        const { host, b, device } = lone(world);
        const got = listenOn(b);
        device.attachTc(answering(host, 'tc', verdict), 'ingress');
        device.inject(udp());
        await world.moment();
        return got.length === 1;
      },
      expected: passes,
    },
    {
      name: `an egress program that returns ${verdict}`,
      run: async (world) => {
        const { host, a, b, deviceA } = acquainted(world);
        const got = listenOn(b);
        deviceA.attachTc(answering(host, 'tc', verdict), 'egress');
        a.udpSocket().send(text('hello'), { address: IP.b, port: 5000 });
        await world.moment();
        return got.length === 1;
      },
      expected: passes,
    },
  ]),
  {
    name: 'several programs run in the order they were attached, until one decides',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const got = listenOn(b);
      device.attachTc(program(host, 'tc', `*(u32 *)(r1 + ${F.mark}) = 7\nr0 = -1\nexit`), 'ingress');
      const link = device.attachTc(program(host, 'tc', dropIf(F.mark, 7)), 'ingress');
      device.inject(udp());
      await world.moment();
      const both = got.length;
      link.detach();
      device.attachTc(answering(host, 'tc', 0), 'ingress');
      device.attachTc(answering(host, 'tc', 2), 'ingress');
      device.inject(udp());
      await world.moment();
      return [both, got.length];
    },
    expected: [0, 1],
  },
  {
    name: 'cb is handed from one program to the next',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const got = listenOn(b);
      device.attachTc(program(host, 'tc', `*(u32 *)(r1 + ${F.cb}) = 5\nr0 = -1\nexit`), 'ingress');
      device.attachTc(program(host, 'tc', dropIf(F.cb, 5)), 'ingress');
      device.inject(udp());
      await world.moment();
      return got.length;
    },
    expected: 0,
  },
  {
    name: 'a mark set at ingress is still there at the egress of the way on',
    run: async (world) => {
      const { host, device, right } = router(world);
      device.attachTc(program(host, 'tc', `*(u32 *)(r1 + ${F.mark}) = 7\nr0 = 0\nexit`), 'ingress');
      const sent = sentBy(right);
      device.inject(udp({ destination: IP.farStranger }));
      await world.moment();
      right.attachTc(program(host, 'tc', dropIf(F.mark, 7)), 'egress');
      device.inject(udp({ destination: IP.farStranger }));
      await world.moment();
      return sent.length;
    },
    expected: 1,
  },
  {
    name: 'a mark does not go over a veth into another namespace',
    run: async (world) => {
      const { host, a, b, deviceA, deviceB } = acquainted(world);
      const got = listenOn(b);
      deviceA.attachTc(program(host, 'tc', `*(u32 *)(r1 + ${F.mark}) = 7\nr0 = 0\nexit`), 'egress');
      deviceB.attachTc(program(host, 'tc', dropIf(F.mark, 7)), 'ingress');
      a.udpSocket().send(text('x'), { address: IP.b, port: 5000 });
      await world.moment();
      return got.length;
    },
    expected: 1,
  },
  {
    name: 'what an ingress program sees of a packet',
    run: async (world) => {
      const { host, device } = lone(world);
      const fields = [F.len, F.pktType, F.mark, F.protocol, F.vlan, F.priority, F.ingress, F.ifindex];
      const store = (slot: number, field: number) => `
        *(u32 *)(r10 - 4) = ${slot}
        r5 = *(u32 *)(r6 + ${field})
        *(u64 *)(r10 - 16) = r5
        r1 = map[0x0] ll
        r2 = r10
        r2 += -4
        r3 = r10
        r3 += -16
        r4 = 0
        call bpf_map_update_elem`;
      const source = `r6 = r1\n${fields.map((field, slot) => store(slot, field)).join('\n')}\nr0 = 2\nexit`;
      const uses = fields.map(() => 'm');
      const object = loadAll(host, [programSpec('p', 'tc', source, uses)], [mapSpec('m', 'array', { maxEntries: 8 })]);
      device.attachTc(programOf(object, 'p'), 'ingress');
      const seen: unknown[] = [];
      for (const frame of [padded(udp(), 3), udp({ destinationMac: MAC.c }), udp({ destinationMac: MAC.broadcast })]) {
        device.inject(frame);
        await world.moment();
        const values = fields.map((_, slot) => Number(numbersOf(mapOf(object, 'm').get(u32(slot)))[0]));
        seen.push([...values.slice(0, 6), ...values.slice(6).map((ifindex) => ifindex === device.ifindex)]);
      }
      return seen;
    },
    expected: [
      [50, 0, 0, 8, 0, 0, true, true],
      [47, 3, 0, 8, 0, 0, true, true],
      [47, 1, 0, 8, 0, 0, true, true],
    ],
  },
  {
    name: 'bpf_skb_store_bytes and the checksum helpers rewrite a port, and the checksum holds',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const [old, other] = [listenOn(b, 5000), listenOn(b, 5001)];
      const source = forIpv4(`
        r1 = r6
        r2 = 40
        r3 = 0x8813
        r4 = 0x8913
        r5 = 2
        call bpf_l4_csum_replace
        *(u16 *)(r10 - 2) = 0x8913
        r1 = r6
        r2 = 36
        r3 = r10
        r3 += -2
        r4 = 2
        r5 = 0
        call bpf_skb_store_bytes
        r0 = 0`);
      device.attachTc(program(host, 'tc', source), 'ingress');
      device.inject(udp());
      await world.moment();
      return [old.length, other.length];
    },
    expected: [0, 1],
  },
  {
    name: 'an egress program rewrites what a process sent, and the receiver’s checksum holds',
    run: async (world) => {
      const { host, a, b, deviceA } = acquainted(world);
      const [old, other] = [listenOn(b, 5000), listenOn(b, 5001)];
      const source = forIpv4(`
        r1 = r6
        r2 = 40
        r3 = 0x8813
        r4 = 0x8913
        r5 = 2
        call bpf_l4_csum_replace
        *(u16 *)(r10 - 2) = 0x8913
        r1 = r6
        r2 = 36
        r3 = r10
        r3 += -2
        r4 = 2
        r5 = 0
        call bpf_skb_store_bytes
        r0 = 0`);
      deviceA.attachTc(program(host, 'tc', source), 'egress');
      a.udpSocket().send(text('x'), { address: IP.b, port: 5000 });
      await world.moment();
      return [old.length, other.length];
    },
    expected: [0, 1],
  },
  {
    name: 'bpf_redirect sends a packet out of another device, as it came',
    run: async (world) => {
      const { host, device, right } = router(world);
      device.attachTc(program(host, 'tc', forIpv4(`r1 = ${right.ifindex}\nr2 = 0\ncall bpf_redirect`)), 'ingress');
      const seen = watch(right);
      device.inject(udp({ ttl: 9 }));
      await world.moment();
      return seen;
    },
    expected: [`${MAC.stranger} > ${MAC.b}, IPv4 | ${IP.stranger} > ${IP.b}: UDP, ttl 9 | UDP 4000 > 5000, length 5`],
  },
  {
    name: 'bpf_redirect with BPF_F_INGRESS: the packet comes in by another device',
    run: async (world) => {
      const { host, b, device, right } = router(world);
      const got = listenOn(b);
      device.attachTc(program(host, 'tc', forIpv4(`r1 = ${right.ifindex}\nr2 = 1\ncall bpf_redirect`)), 'ingress');
      const seen = watch(right);
      device.inject(udp({ destinationMac: MAC.right }));
      device.inject(udp());
      await world.moment();
      return [seen.length, got.length];
    },
    expected: [2, 1],
  },
  {
    name: 'bpf_redirect at egress sends what a process sent out of another device',
    run: async (world) => {
      const { host, b, device, right } = router(world);
      device.attachTc(program(host, 'tc', forIpv4(`r1 = ${right.ifindex}\nr2 = 0\ncall bpf_redirect`)), 'egress');
      const [left, other] = [watch(device), watch(right)];
      b.udpSocket().send(text('x'), { address: IP.stranger, port: 9 });
      await world.moment();
      return [left.length, other.map((line) => line.split(' | ')[0])];
    },
    expected: [0, [`${MAC.b} > ${MAC.stranger}, IPv4`]],
  },
  {
    name: 'bpf_redirect_peer takes a packet straight into the namespace behind a veth, ours as it was',
    run: async (world) => {
      const { host, device, right, rightWire, rightEnd } = router(world);
      rightWire.addAddress(rightEnd, `${IP.b}/24`);
      const got = listenOn(rightWire);
      device.attachTc(program(host, 'tc', forIpv4(`r1 = ${right.ifindex}\nr2 = 0\ncall bpf_redirect_peer`)), 'ingress');
      const [seen, before] = [watch(rightEnd), rightEnd.statistics().rxPackets];
      device.inject(udp({ destinationMac: MAC.b }));
      await world.moment();
      return [seen.length, got.length, rightEnd.statistics().rxPackets - before];
    },
    expected: [1, 1, 1],
  },
  {
    name: 'bpf_redirect_neigh makes the link-layer header from the neighbour table',
    run: async (world) => {
      const { host, device, right } = router(world);
      const source = forIpv4(`r1 = ${right.ifindex}\nr2 = 0\nr3 = 0\nr4 = 0\ncall bpf_redirect_neigh`);
      device.attachTc(program(host, 'tc', source), 'ingress');
      const seen = sentBy(right);
      device.inject(udp({ destination: IP.farStranger, ttl: 9 }));
      await world.moment();
      return seen.map(shown);
    },
    expected: [
      `${MAC.right} > ${MAC.farStranger}, IPv4 | ${IP.stranger} > ${IP.farStranger}: UDP, ttl 9 | UDP 4000 > 5000, length 5`,
    ],
  },
  {
    name: 'bpf_redirect_neigh at ingress leaves what was captured as it came',
    run: async (world) => {
      const { host, device, right } = router(world);
      const source = forIpv4(`r1 = ${right.ifindex}\nr2 = 0\nr3 = 0\nr4 = 0\ncall bpf_redirect_neigh`);
      device.attachTc(program(host, 'tc', source), 'ingress');
      const seen = watch(device);
      device.inject(udp({ destination: IP.farStranger }));
      await world.moment();
      return seen.map((line) => line.split(',')[0]);
    },
    expected: [`${MAC.stranger} > ${MAC.b}`],
  },
  {
    name: 'bpf_clone_redirect sends a copy, and the packet goes on',
    run: async (world) => {
      const { host, b, device, right } = router(world);
      const got = listenOn(b);
      const source = forIpv4(`r1 = r6\nr2 = ${right.ifindex}\nr3 = 0\ncall bpf_clone_redirect\nr0 = 0`);
      device.attachTc(program(host, 'tc', source), 'ingress');
      const seen = watch(right);
      device.inject(udp());
      await world.moment();
      return [got.length, seen.map((line) => line.split(' | ')[1])];
    },
    expected: [1, [`${IP.stranger} > ${IP.b}: UDP, ttl 64`]],
  },
  {
    name: 'bpf_skb_change_type makes a packet for others ours',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const got = listenOn(b);
      device.attachTc(program(host, 'tc', forIpv4('r1 = r6\nr2 = 0\ncall bpf_skb_change_type\nr0 = 0')), 'ingress');
      device.inject(udp({ destinationMac: MAC.c }));
      await world.moment();
      return got.length;
    },
    expected: 1,
  },
  {
    name: 'bpf_skb_change_tail shortens what leaves',
    run: async (world) => {
      const { host, device, right } = router(world);
      right.attachTc(
        program(host, 'tc', forIpv4('r1 = r6\nr2 = 44\nr3 = 0\ncall bpf_skb_change_tail\nr0 = 0')),
        'egress',
      );
      const seen = sentBy(right);
      device.inject(udp({ destination: IP.farStranger }));
      await world.moment();
      return seen.map((frame) => frame.length);
    },
    expected: [44],
  },
  {
    name: 'dropped, replaced, passed, and gone after detaching',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const got = listenOn(b);
      const link = device.attachTc(answering(host, 'tc', 2), 'ingress');
      const seen: number[] = [];
      const send = async () => {
        device.inject(udp());
        await world.moment();
        seen.push(got.length);
      };
      await send();
      link.replace(answering(host, 'tc', 0));
      await send();
      link.replace(answering(host, 'tc', 2));
      await send();
      link.detach();
      await send();
      return seen;
    },
    expected: [0, 1, 1, 2],
  },
  {
    name: 'an ingress program sees the packet from its link-layer header, and so does one at egress',
    run: async (world) => {
      const { host, device, right } = router(world);
      const source = (mac: number) => `
        r2 = *(u32 *)(r1 + ${F.data})
        r3 = *(u32 *)(r1 + ${F.dataEnd})
        r4 = r2
        r4 += 14
        r0 = 2
        if r4 > r3 goto out
        r5 = *(u8 *)(r2 + 5)
        if r5 != ${mac} goto out
        r0 = 0
        out: exit`;
      device.attachTc(program(host, 'tc', source(0x0b)), 'ingress');
      right.attachTc(program(host, 'tc', source(0x19)), 'egress');
      const sent = sentBy(right);
      device.inject(udp({ destination: IP.farStranger }));
      await world.moment();
      return sent.map((frame) => inner(frame).split(' ')[0]);
    },
    expected: [IP.stranger],
  },
]);
