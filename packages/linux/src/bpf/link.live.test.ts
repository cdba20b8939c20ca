import { encode, exit, mov64Imm, type ObjectSpec } from '@sluice/ebpf';
import { listLinks, newLink, readLink, setLink } from '@sluice/netlink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeBpf } from '../capability/probe-bpf.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { NetworkNamespace } from '../netns/network-namespace.ts';
import { ATTACH, createLink, XDP_FLAGS } from './link.ts';
import { linuxBpf } from './load-object.ts';

const capability = probeBpf();
if (!capability.usable) console.warn(`skipping links on Linux: ${capability.missing}`);

function returning(value: number, section: 'xdp' | 'tc'): ObjectSpec {
  const type = section === 'xdp' ? 'xdp' : 'sched_cls';
  const code = encode([mov64Imm(0, value), exit()]);
  const program = { name: 'answer', section, type, code, functions: [], relocations: [], lines: [] } as const;
  return { license: 'GPL', maps: [], constants: [], programs: [program] };
}

describe.skipIf(!capability.usable)('links on Linux', () => {
  let netns: NetworkNamespace;
  let socket: NetlinkSocket;
  beforeAll(() => {
    netns = NetworkNamespace.create('links');
    socket = netns.run(() => new NetlinkSocket());
    socket.change(newLink({ name: 'a', kind: { kind: 'veth', peer: { name: 'b' } } }));
    socket.change(setLink(ifindexOf('a'), { up: true }));
    socket.change(setLink(ifindexOf('b'), { up: true }));
  });
  const ifindexOf = (name: string) =>
    socket
      .list(listLinks())
      .flatMap((m) => readLink(m) ?? [])
      .find((link) => link.name === name)?.ifindex ?? 0;
  afterAll(() => {
    socket.close();
    netns.close();
  });
  const load = (value: number, section: 'xdp' | 'tc') => {
    const program = linuxBpf().loadObject(returning(value, section)).programs.get('answer');
    if (!program) throw new Error('not loaded');
    return program;
  };

  it.each([
    ['native XDP', 'xdp', ATTACH.xdp, XDP_FLAGS.native],
    ['generic XDP', 'xdp', ATTACH.xdp, XDP_FLAGS.generic],
    ['tcx ingress', 'tc', ATTACH.tcxIngress, 0],
    ['tcx egress', 'tc', ATTACH.tcxEgress, 0],
  ] as const)('%s: attach, replace, detach, attach again', (_name, section, type, flags) => {
    netns.run(() => {
      const link = createLink(load(2, section), ifindexOf('a'), type, flags);
      link.replace(load(1, section));
      link.detach();
      createLink(load(2, section), ifindexOf('a'), type, flags).detach();
    });
    expect(() => netns.run(() => createLink(load(2, section), 9999, type, flags))).toThrow(
      /BPF_LINK_CREATE answer: E(NODEV|INVAL)/,
    );
  });
});
