import type { Host } from '../../kernel.ts';
import {
  answering,
  hex,
  IP,
  inner,
  listenOn,
  loadAll,
  lone,
  MAC,
  mapOf,
  mapSpec,
  numbersOf,
  outcome,
  padded,
  program,
  programOf,
  programSpec,
  router,
  sentBy,
  u32,
  udp,
  watch,
} from '../builders/index.ts';
import { type NetScenario, rowOf, type World } from '../world.ts';

type Mode = 'native' | 'generic';
const MODES: readonly Mode[] = ['native', 'generic'];
const row = (mode: Mode): 'B1' | 'B6' => (mode === 'native' ? 'B1' : 'B6');

/** Returns `verdict` for IPv4 and XDP_PASS for anything else. */
const forIpv4 = (verdict: string) => `
  r6 = r1
  r2 = *(u32 *)(r1 + 0)
  r3 = *(u32 *)(r1 + 4)
  r4 = r2
  r4 += 14
  if r4 > r3 goto pass
  r5 = *(u16 *)(r2 + 12)
  if r5 != 8 goto pass
  ${verdict}
  exit
  pass: r0 = 2
  exit`;

const each = (make: (mode: Mode) => Omit<NetScenario, 'row'>): readonly NetScenario[] =>
  MODES.flatMap((mode) => {
    const scenario = make(mode);
    return rowOf(row(mode), [{ ...scenario, name: `${mode} XDP: ${scenario.name}` }]);
  });

/** What a server gets of the frames with a program on its device. */
async function got(world: World, mode: Mode, source: string, frames: readonly Uint8Array[]): Promise<string[]> {
  const { host, b, device } = lone(world);
  const lines = listenOn(b);
  device.attachXdp(program(host, 'xdp', source), mode);
  for (const frame of frames) device.inject(frame);
  await world.moment();
  return lines.map((line) => line.split(' from ')[0] ?? '');
}

const verdicts = (
  [
    [0, 0],
    [1, 0],
    [2, 1],
    [7, 0],
  ] as const
).flatMap(([verdict, arrives]) =>
  each((mode) => ({
    name: `verdict ${verdict}`,
    run: async (world) => (await got(world, mode, `r0 = ${verdict}\nexit`, [udp()])).length,
    expected: arrives,
  })),
);

/** Swaps the MAC addresses and sends the frame back. */
const REFLECT = forIpv4(`
  r4 = *(u32 *)(r2 + 0)
  r5 = *(u16 *)(r2 + 4)
  r0 = *(u32 *)(r2 + 6)
  *(u32 *)(r2 + 0) = r0
  r0 = *(u16 *)(r2 + 10)
  *(u16 *)(r2 + 4) = r0
  *(u32 *)(r2 + 6) = r4
  *(u16 *)(r2 + 10) = r5
  r0 = 3`);

/** On Linux a veth takes frames from XDP only while its receiver polls, which a program there sees to. */
const listening = (host: Host) => answering(host, 'xdp', 2);

export const B_XDP: readonly NetScenario[] = [
  ...verdicts,
  ...each((mode) => ({
    name: 'a frame that is dropped is never captured',
    run: async (world) => {
      const { host, device } = lone(world);
      device.attachXdp(answering(host, 'xdp', 1), mode);
      const frames = watch(device);
      device.inject(udp());
      await world.moment();
      return frames.length;
    },
    expected: 0,
  })),
  ...each((mode) => ({
    name: 'XDP_TX sends the frame back where it came from',
    run: async (world) => {
      const { host, device, wireEnd } = lone(world);
      wireEnd.attachXdp(listening(host));
      device.attachXdp(program(host, 'xdp', REFLECT), mode);
      const seen = watch(wireEnd);
      device.inject(udp());
      await world.moment();
      return seen.filter((line) => line.startsWith(MAC.b));
    },
    expected: [`${MAC.b} > ${MAC.stranger}, IPv4 | ${IP.stranger} > ${IP.b}: UDP, ttl 64 | UDP 4000 > 5000, length 5`],
  })),
  ...each((mode) => ({
    name: 'XDP_REDIRECT sends the frame out of another device, as it is',
    run: async (world) => {
      const { host, device, right, rightEnd } = router(world);
      rightEnd.attachXdp(listening(host));
      device.attachXdp(program(host, 'xdp', forIpv4(`r1 = ${right.ifindex}\nr2 = 0\ncall bpf_redirect`)), mode);
      const seen = watch(rightEnd);
      device.inject(udp({ ttl: 9 }));
      await world.moment();
      return seen;
    },
    expected: [`${MAC.stranger} > ${MAC.b}, IPv4 | ${IP.stranger} > ${IP.b}: UDP, ttl 9 | UDP 4000 > 5000, length 5`],
  })),
  ...each((mode) => ({
    name: 'a redirect to a device that is not there drops the frame',
    run: (world) => got(world, mode, forIpv4('r1 = 99\nr2 = 0\ncall bpf_redirect'), [udp()]),
    expected: [],
  })),
  ...each((mode) => ({
    name: 'bpf_xdp_adjust_head takes off what stands before the frame',
    run: (world) =>
      got(world, mode, 'r6 = r1\nr2 = 14\ncall bpf_xdp_adjust_head\nr0 = 2\nexit', [
        Uint8Array.of(...udp().subarray(0, 14), ...udp({}, 'inside')),
      ]),
    expected: ['inside'],
  })),
  ...each((mode) => ({
    name: 'bpf_xdp_adjust_head makes room, and the program fills it',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const source = `
        r6 = r1
        r2 = -4
        call bpf_xdp_adjust_head
        if r0 != 0 goto out
        r2 = *(u32 *)(r6 + 0)
        r3 = *(u32 *)(r6 + 4)
        r4 = r2
        r4 += 18
        if r4 > r3 goto out
        r5 = *(u64 *)(r2 + 4)
        *(u64 *)(r2 + 0) = r5
        r5 = *(u32 *)(r2 + 12)
        *(u32 *)(r2 + 8) = r5
        *(u16 *)(r2 + 12) = 0xb588
        *(u32 *)(r2 + 14) = 0
        out: r0 = 2
        exit`;
      device.attachXdp(program(host, 'xdp', source), mode);
      const lengths: number[] = [];
      device.capture((frame) => lengths.push(frame.length));
      device.inject(udp());
      await world.moment();
      return [b.name, lengths];
    },
    expected: ['b', [51]],
  })),
  ...each((mode) => ({
    name: 'bpf_xdp_adjust_tail cuts the end off',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const lines = listenOn(b);
      device.attachXdp(program(host, 'xdp', 'r2 = -10\ncall bpf_xdp_adjust_tail\nr0 = 2\nexit'), mode);
      const frames = watch(device);
      device.inject(padded(udp(), 10));
      device.inject(udp({}, 'cut away'));
      await world.moment();
      return [lines.length, frames.length];
    },
    expected: [1, 2],
  })),
  ...each((mode) => ({
    name: 'the program rewrites the port, and another server gets the datagram',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const [old, other] = [listenOn(b, 5000), listenOn(b, 5001)];
      const source = `
        r2 = *(u32 *)(r1 + 0)
        r3 = *(u32 *)(r1 + 4)
        r4 = r2
        r4 += 42
        if r4 > r3 goto out
        r5 = *(u16 *)(r2 + 36)
        if r5 != 0x8813 goto out
        *(u16 *)(r2 + 36) = 0x8913
        *(u16 *)(r2 + 40) = 0
        out: r0 = 2
        exit`;
      device.attachXdp(program(host, 'xdp', source), mode);
      device.inject(udp());
      await world.moment();
      return [old.length, other.length];
    },
    expected: [0, 1],
  })),
  ...each((mode) => ({
    name: 'a tail call goes to the program in the slot; the map can be changed under way',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const lines = listenOn(b);
      const first = programSpec('first', 'xdp', 'r2 = map[0x0] ll\nr3 = 1\ncall bpf_tail_call\nr0 = 2\nexit', ['m']);
      const drop = programSpec('drop', 'xdp', 'r0 = 1\nexit');
      const object = loadAll(host, [first, drop], [mapSpec('m', 'prog_array', { valueSize: 4 })]);
      device.attachXdp(programOf(object, 'first'), mode);
      const send = async () => {
        device.inject(udp());
        await world.moment();
        return lines.length;
      };
      const before = await send();
      mapOf(object, 'm').setProgram(1, programOf(object, 'drop'));
      const dropped = await send();
      mapOf(object, 'm').delete(u32(1));
      return [before, dropped, await send()];
    },
    expected: [1, 1, 2],
  })),
  ...each((mode) => ({
    name: 'the program sees the frame’s length, the device and the queue',
    run: async (world) => {
      const { host, device } = lone(world);
      const store = (field: number, value: string) => `
        *(u32 *)(r10 - 4) = ${field}
        ${value}
        *(u64 *)(r10 - 16) = r5
        r1 = map[0x0] ll
        r2 = r10
        r2 += -4
        r3 = r10
        r3 += -16
        r4 = 0
        call bpf_map_update_elem`;
      const source = `
        r6 = r1
        ${store(0, 'r5 = *(u32 *)(r6 + 4)\nr4 = *(u32 *)(r6 + 0)\nr5 -= r4')}
        ${store(1, 'r5 = *(u32 *)(r6 + 12)')}
        ${store(2, 'r5 = *(u32 *)(r6 + 16)')}
        r0 = 1
        exit`;
      const object = loadAll(host, [programSpec('p', 'xdp', source, ['m', 'm', 'm'])], [mapSpec('m', 'array')]);
      device.attachXdp(programOf(object, 'p'), mode);
      device.inject(padded(udp(), 13));
      await world.moment();
      const values = [0, 1, 2].map((field) => Number(numbersOf(mapOf(object, 'm').get(u32(field)))[0]));
      return [values[0], values[1] === device.ifindex, values[2]];
    },
    expected: [60, true, 0],
  })),
  ...each((mode) => ({
    name: 'a second program is refused; replaced and detached, the device goes on',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const lines = listenOn(b);
      const link = device.attachXdp(answering(host, 'xdp', 1), mode);
      const second = outcome(() => device.attachXdp(answering(host, 'xdp', 2), mode));
      const seen: number[] = [];
      const send = async () => {
        device.inject(udp());
        await world.moment();
        seen.push(lines.length);
      };
      await send();
      link.replace(answering(host, 'xdp', 2));
      await send();
      link.replace(answering(host, 'xdp', 1));
      await send();
      link.detach();
      await send();
      return [second, seen];
    },
    expected: ['EBUSY', [0, 1, 1, 2]],
  })),
  ...rowOf('B2', [
    {
      name: 'XDP and tc on one device: tc sees what XDP passed, changed',
      run: async (world) => {
        const { host, b, device } = lone(world);
        const lines = listenOn(b, 5000);
        const mark = forIpv4(`
          r4 = r2
          r4 += 42
          if r4 > r3 goto pass
          *(u8 *)(r2 + 22) = 77
          *(u16 *)(r2 + 24) = 0
          r0 = 2`);
        device.attachXdp(program(host, 'xdp', mark), 'native');
        device.attachTc(
          program(
            host,
            'tc',
            `r2 = *(u32 *)(r1 + 76)
             r3 = *(u32 *)(r1 + 80)
             r4 = r2
             r4 += 34
             r0 = 0
             if r4 > r3 goto out
             r5 = *(u8 *)(r2 + 22)
             if r5 != 77 goto out
             r0 = 2
             out: exit`,
          ),
          'ingress',
        );
        const seen = sentBy(device);
        device.inject(udp());
        await world.moment();
        return [lines.length, seen.map(inner), hex(udp()).length];
      },
      expected: [0, [], 94],
    },
  ]),
];
