import type { MapSpec } from '@sluice/ebpf';
import {
  arp,
  IP,
  listenOn,
  loadAll,
  lone,
  mapOf,
  mapSpec,
  numbersOf,
  programOf,
  programSpec,
  udp,
} from '../builders/index.ts';
import { type NetScenario, rowOf } from '../world.ts';

/** Counts every packet under key 0, wherever the program runs, and passes it on. */
const COUNT = (verdict: number) => `
  *(u32 *)(r10 - 4) = 0
  r1 = map[0x0] ll
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
  out: r0 = ${verdict}
  exit`;

const sum = (values: readonly bigint[]): number => values.reduce((total, value) => total + Number(value), 0);
const KEY = new Uint8Array(4);

const counters = (['array', 'percpu_array'] as const).flatMap((type: MapSpec['type']) =>
  (
    [
      ['XDP', 'xdp', 2],
      ['tc ingress', 'tc', 0],
    ] as const
  ).map(
    ([where, section, verdict]): Omit<NetScenario, 'row'> => ({
      name: `a counter in a map of type ${type}, kept at ${where}, read while packets come`,
      run: async (world) => {
        const { host, device } = lone(world);
        const object = loadAll(host, [programSpec('p', section, COUNT(verdict), ['m'])], [mapSpec('m', type)]);
        if (section === 'xdp') device.attachXdp(programOf(object, 'p'));
        else device.attachTc(programOf(object, 'p'), 'ingress');
        const seen: number[] = [];
        for (const packets of [3, 4]) {
          for (let i = 0; i < packets; i++) device.inject(arp({ operation: 'request', targetIp: '10.0.0.77' }));
          await world.moment();
          seen.push(sum(numbersOf(mapOf(object, 'm').get(KEY))));
        }
        return seen;
      },
      expected: [3, 7],
    }),
  ),
);

/** Drops IPv4 whose source address is a key of the map. */
const BLACKLIST = `
  r2 = *(u32 *)(r1 + 0)
  r3 = *(u32 *)(r1 + 4)
  r4 = r2
  r4 += 34
  if r4 > r3 goto pass
  r5 = *(u32 *)(r2 + 26)
  *(u32 *)(r10 - 4) = r5
  r1 = map[0x0] ll
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto pass
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
  r0 = 1
  exit
  pass: r0 = 2
  exit`;

/** Counts by source address in a hash map, making entries as they are needed. */
const BY_SOURCE = `
  r2 = *(u32 *)(r1 + 76)
  r3 = *(u32 *)(r1 + 80)
  r4 = r2
  r4 += 34
  if r4 > r3 goto out
  r5 = *(u32 *)(r2 + 26)
  *(u32 *)(r10 - 4) = r5
  r1 = map[0x0] ll
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto first
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
  goto out
  first:
  *(u64 *)(r10 - 16) = 1
  r1 = map[0x0] ll
  r2 = r10
  r2 += -4
  r3 = r10
  r3 += -16
  r4 = 1
  call bpf_map_update_elem
  out: r0 = 2
  exit`;

export const G2_MAPS = rowOf('G2', [
  ...counters,
  {
    name: 'a blacklist edited while packets come: the next one meets it, and its counter is seen',
    run: async (world) => {
      const { host, b, device } = lone(world);
      const got = listenOn(b);
      const object = loadAll(host, [programSpec('p', 'xdp', BLACKLIST, ['m'])], [mapSpec('m', 'hash')]);
      device.attachXdp(programOf(object, 'p'));
      const map = mapOf(object, 'm');
      const key = Uint8Array.of(10, 0, 0, 9);
      const send = async () => {
        device.inject(udp());
        device.inject(udp({ source: '10.0.0.8' }));
        await world.moment();
        return got.splice(0).map((line) => line.split(' ')[2]);
      };
      const open = await send();
      map.set(key, new Uint8Array(8));
      const listed = await send();
      const count = Number(numbersOf(map.get(key))[0]);
      map.delete(key);
      return [open, listed, count, await send()];
    },
    expected: [
      [`${IP.stranger}:4000`, '10.0.0.8:4000'],
      ['10.0.0.8:4000'],
      1,
      [`${IP.stranger}:4000`, '10.0.0.8:4000'],
    ],
  },
  {
    name: 'a program makes entries of a hash map; a full map takes no more',
    run: async (world) => {
      const { host, device } = lone(world);
      const object = loadAll(host, [programSpec('p', 'tc', BY_SOURCE, ['m', 'm'])], [mapSpec('m', 'hash')]);
      device.attachTc(programOf(object, 'p'), 'ingress');
      for (const last of [1, 3, 4, 3, 5, 6, 3]) device.inject(udp({ source: `10.0.0.${last}` }));
      await world.moment();
      return [...mapOf(object, 'm').entries()].map(([key, value]) => [key[3], Number(numbersOf(value)[0])]).sort();
    },
    expected: [
      [1, 1],
      [3, 3],
      [4, 1],
      [5, 1],
    ],
  },
]);
