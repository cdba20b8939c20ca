import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { encode, exit, mov64Imm, type ObjectSpec, type ProgramType } from '@sluice/ebpf';
import { EngineError } from '@sluice/engine';
import { newLink } from '@sluice/netlink';
import { ATTACH, createLink, XDP_FLAGS } from '../bpf/link.ts';
import { linuxBpf } from '../bpf/load-object.ts';
import { Cgroup } from '../cgroup/cgroup.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { NetworkNamespace } from '../netns/network-namespace.ts';
import { PacketSocket } from '../packet/packet-socket.ts';
import { probeBpf } from './probe-bpf.ts';

/** One thing that Sluice can use of a machine, tried for real. */
export interface Finding {
  readonly what: string;
  readonly works: boolean;
  /** What was found, or why it does not work and what would help. */
  readonly detail: string;
  /** What needs it. */
  readonly neededFor: string;
}

/** Tries everything in namespaces and cgroups of its own, and leaves nothing behind. Never throws. */
export function examineMachine(): Finding[] {
  const findings: Finding[] = [finding('kernel', 'everything below', () => `${process.platform} ${release()}`)];
  const capability = probeBpf();
  findings.push(
    finding('bpf(2)', '--engine linux, lab', () => {
      if (!capability.usable) throw new Error(capability.missing);
      return 'maps can be made';
    }),
  );
  if (!capability.usable) return findings;
  findings.push(finding('kernel BTF', 'types of kernel structures', kernelBtf));
  for (const type of ['xdp', 'sched_cls', 'cgroup_sock_addr'] as const) {
    findings.push(finding(`programs of type ${type}`, '--engine linux, lab', () => loadProgram(type)));
  }
  findings.push(finding('network namespaces', 'lab', () => withPair(() => 'made, with a veth pair in it')));
  findings.push(finding('tc by link (tcx)', 'lab', () => attach('sched_cls', ATTACH.tcxIngress, 0)));
  findings.push(finding('native XDP on veth', 'XDP in namespaces', () => attach('xdp', ATTACH.xdp, XDP_FLAGS.native)));
  findings.push(finding('generic XDP', 'XDP on any device', () => attach('xdp', ATTACH.xdp, XDP_FLAGS.generic)));
  findings.push(
    finding('packet sockets', 'capture and injection', () => withPair((ifindex) => openPacketSocket(ifindex))),
  );
  findings.push(finding('cgroup v2', 'service translation at connect(2) in a lab', cgroup));
  return findings;
}

function finding(what: string, neededFor: string, probe: () => string): Finding {
  try {
    return { what, works: true, detail: probe(), neededFor };
  } catch (error) {
    const detail = error instanceof EngineError ? `${error.code}: ${error.detail}` : (error as Error).message;
    return { what, works: false, detail, neededFor };
  }
}

function kernelBtf(): string {
  if (!existsSync('/sys/kernel/btf/vmlinux')) throw new Error('the kernel is built without CONFIG_DEBUG_INFO_BTF');
  return '/sys/kernel/btf/vmlinux';
}

const SECTIONS = {
  xdp: ['xdp', ATTACH.xdp, 2],
  sched_cls: ['tc', undefined, 0],
  cgroup_sock_addr: ['cgroup/connect4', 10, 1],
} as const;

function load(type: ProgramType & keyof typeof SECTIONS) {
  const [section, attachType, verdict] = SECTIONS[type];
  const code = encode([mov64Imm(0, verdict), exit()]);
  const program = { name: 'probe', section, type, code, functions: [], relocations: [], lines: [] };
  const programs = [attachType === undefined ? program : { ...program, attachType }];
  const object: ObjectSpec = { license: 'GPL', maps: [], constants: [], programs };
  return linuxBpf().loadObject(object);
}

function loadProgram(type: keyof typeof SECTIONS): string {
  load(type).close();
  return 'loaded';
}

/** Does something with a device of a namespace made for it. */
function withPair(use: (ifindex: number) => string): string {
  const namespace = NetworkNamespace.create('doctor');
  try {
    return namespace.run(() => {
      const socket = new NetlinkSocket();
      try {
        socket.change(newLink({ name: 'a', kind: { kind: 'veth', peer: { name: 'b' } } }));
      } finally {
        socket.close();
      }
      return use(FIRST_IFINDEX);
    });
  } finally {
    namespace.close();
  }
}

function attach(type: 'xdp' | 'sched_cls', attachType: number, flags: number): string {
  const loaded = load(type);
  try {
    const program = loaded.programs.get('probe');
    if (!program) throw new Error('assertion: the probe was not loaded');
    return withPair((ifindex) => {
      createLink(program, ifindex, attachType, flags).detach();
      return 'attached and detached';
    });
  } finally {
    loaded.close();
  }
}

function openPacketSocket(ifindex: number): string {
  new PacketSocket(ifindex).close();
  return 'opened';
}

function cgroup(): string {
  const own = new Cgroup('doctor');
  try {
    return own.run(() => `made ${own.path}`);
  } finally {
    own.remove();
  }
}

/** In a new namespace loopback is 1, and what is made first has the next numbers: the pair. */
const FIRST_IFINDEX = 2;
