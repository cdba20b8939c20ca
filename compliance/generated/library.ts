import type { MapSpec, ProgramSpec } from '@sluice/ebpf';
import { mapSpec, programSpec } from '@sluice/engine/testing';
import type { ProgramCase } from './case.ts';

/** A program of the library, loaded for one place. */
export interface LibraryProgram {
  readonly spec: ProgramSpec;
  readonly maps: readonly MapSpec[];
}

/** Where the packet begins and ends in the context of each kind of program, and the verdicts by name. */
const KIND = {
  xdp: { data: 0, end: 4, pass: 2, drop: 1 },
  tc: { data: 76, end: 80, pass: -1, drop: 2 },
} as const;

type Kind = keyof typeof KIND;
type Source = (kind: Kind, argument: number) => { readonly text: string; readonly uses?: readonly string[] };

/** Goes to `out` unless the frame is IPv4 with 42 bytes; r6 is the context, r7 the frame. */
const ipv4 = (kind: Kind): string => `
  r6 = r1
  r7 = *(u32 *)(r1 + ${KIND[kind].data})
  r8 = *(u32 *)(r1 + ${KIND[kind].end})
  r0 = ${KIND[kind].pass}
  r4 = r7
  r4 += 42
  if r4 > r8 goto out
  r5 = *(u16 *)(r7 + 12)
  if r5 != 8 goto out`;

/** How often one program sends packets elsewhere, so that two of them do not play ping-pong for ever. */
const REDIRECTS_MAX = 20;

/** As `ipv4`, and goes on to `out` where the program has redirected often enough. Uses the map `g`. */
const redirecting = (kind: Kind): string => `${ipv4(kind)}
  *(u32 *)(r10 - 4) = 0
  r1 = map[0x0] ll
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  r1 = r0
  r0 = ${KIND[kind].pass}
  if r1 == 0 goto out
  r2 = *(u64 *)(r1 + 0)
  if r2 > ${REDIRECTS_MAX} goto out
  r2 += 1
  *(u64 *)(r1 + 0) = r2`;

const count = (kind: Kind): string => `
  r5 = *(u8 *)(r7 + 23)
  *(u32 *)(r10 - 4) = 0
  if r5 != 17 goto look
  *(u32 *)(r10 - 4) = 1
  look:
  r1 = map[0x0] ll
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  r1 = r0
  r0 = ${KIND[kind].pass}
  if r1 == 0 goto out
  r2 = 1
  lock *(u64 *)(r1 + 0) += r2
  r0 = ${KIND[kind].pass}`;

const BY_SOURCE = (kind: Kind): string => `
  r5 = *(u32 *)(r7 + 26)
  *(u32 *)(r10 - 4) = r5
  r1 = map[0x0] ll
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto first
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
  r0 = ${KIND[kind].pass}
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
  r0 = ${KIND[kind].pass}`;

/** Verdicts without more ado; those that send the frame elsewhere need care, see REDIRECTS_MAX. */
const VERDICTS = { xdp: [0, 1, 2, 9], tc: [-1, 0, 1, 2, 3, 4, 5, 8, 99] } as const;

/** Programs for both kinds. `argument` chooses a mask, a value or a device. */
const COMMON: readonly Source[] = [
  (kind) => ({ text: `${ipv4(kind)}\n${count(kind)}\nout: exit`, uses: ['m'] }),
  (kind) => ({ text: `${ipv4(kind)}\n${BY_SOURCE(kind)}\nout: exit`, uses: ['h', 'h'] }),
  (kind, argument) => ({
    text: `${ipv4(kind)}
      r4 = *(u8 *)(r7 + 29)
      r5 = *(u8 *)(r7 + 33)
      r4 ^= r5
      r5 = *(u8 *)(r7 + 37)
      r4 ^= r5
      r4 &= 3
      if r4 != ${argument & 3} goto out
      r0 = ${KIND[kind].drop}
      out: exit`,
  }),
  // Another destination port, the UDP checksum given up.
  (kind, argument) => ({
    text: `${ipv4(kind)}
      r5 = *(u8 *)(r7 + 23)
      if r5 != 17 goto out
      r5 = *(u8 *)(r7 + 14)
      if r5 != 0x45 goto out
      *(u16 *)(r7 + 36) = ${0x8813 + ((argument & 1) << 8)}
      *(u16 *)(r7 + 40) = 0
      out: exit`,
  }),
  (kind, argument) => ({ text: `r0 = ${VERDICTS[kind][argument % VERDICTS[kind].length]}\nexit` }),
];

const TC_ONLY: readonly Source[] = [
  (_, argument) => ({ text: `*(u32 *)(r1 + 8) = ${1 + (argument & 1)}\nr0 = -1\nexit` }),
  () => ({ text: 'r2 = *(u32 *)(r1 + 8)\nr0 = -1\nif r2 != 1 goto out\nr0 = 2\nout: exit' }),
  () => ({ text: `${ipv4('tc')}\nr1 = r6\nr2 = 42\nr3 = 0\ncall bpf_skb_change_tail\nr0 = 0\nout: exit` }),
  (_, argument) => ({
    text: `${ipv4('tc')}\nr1 = r6\nr2 = ${argument & 3}\ncall bpf_skb_change_type\nr0 = -1\nout: exit`,
  }),
  // A shorter TTL, the IP checksum adjusted.
  () => ({
    text: `${ipv4('tc')}
      r5 = *(u8 *)(r7 + 22)
      if r5 < 2 goto out
      r9 = r5
      r9 += -1
      *(u8 *)(r7 + 22) = r9
      r1 = r6
      r2 = 24
      r3 = r5
      r4 = r9
      r5 = 2
      call bpf_l3_csum_replace
      r0 = -1
      out: exit`,
  }),
];

const XDP_ONLY: readonly Source[] = [
  () => ({ text: 'r2 = -4\ncall bpf_xdp_adjust_tail\nr0 = 2\nexit' }),
  () => ({
    uses: ['g'],
    text: `${redirecting('xdp')}
      r2 = *(u32 *)(r7 + 0)
      r3 = *(u16 *)(r7 + 4)
      r4 = *(u32 *)(r7 + 6)
      r5 = *(u16 *)(r7 + 10)
      *(u32 *)(r7 + 0) = r4
      *(u16 *)(r7 + 4) = r5
      *(u32 *)(r7 + 6) = r2
      *(u16 *)(r7 + 10) = r3
      r0 = 3
      out: exit`,
  }),
];

/** Redirects to a device by its ifindex, for IPv4 alone. */
const REDIRECTS: Readonly<Record<'xdp' | 'ingress' | 'egress', readonly ((ifindex: number) => string)[]>> = {
  xdp: [(ifindex) => `${redirecting('xdp')}\nr1 = ${ifindex}\nr2 = 0\ncall bpf_redirect\nout: exit`],
  ingress: [
    (ifindex) => `${redirecting('tc')}\nr1 = ${ifindex}\nr2 = 0\ncall bpf_redirect\nout: exit`,
    (ifindex) => `${redirecting('tc')}\nr1 = ${ifindex}\nr2 = 1\ncall bpf_redirect\nout: exit`,
    (ifindex) => `${redirecting('tc')}\nr1 = ${ifindex}\nr2 = 0\ncall bpf_redirect_peer\nout: exit`,
    // On Linux a capture shares the packet's bytes until somebody asks for them to be writable.
    (ifindex) =>
      `${redirecting('tc')}
      r1 = r6
      r2 = 0
      call bpf_skb_pull_data
      r1 = ${ifindex}
      r2 = 0
      r3 = 0
      r4 = 0
      call bpf_redirect_neigh
      out: exit`,
    (ifindex) => `${redirecting('tc')}\nr1 = r6\nr2 = ${ifindex}\nr3 = 0\ncall bpf_clone_redirect\nr0 = -1\nout: exit`,
  ],
  egress: [
    (ifindex) => `${redirecting('tc')}\nr1 = ${ifindex}\nr2 = 0\ncall bpf_redirect\nout: exit`,
    (ifindex) => `${redirecting('tc')}\nr1 = ${ifindex}\nr2 = 1\ncall bpf_redirect\nout: exit`,
  ],
};

const MAPS: readonly MapSpec[] = [mapSpec('m', 'percpu_array'), mapSpec('h', 'hash'), mapSpec('g', 'array')];

/** The program that a case names. `ifindexes` are those of its namespace's devices, to redirect to. */
export function libraryProgram({ hook, program, argument }: ProgramCase, ifindexes: readonly number[]): LibraryProgram {
  const kind: Kind = hook === 'native' || hook === 'generic' ? 'xdp' : 'tc';
  const redirects = REDIRECTS[hook === 'ingress' || hook === 'egress' ? hook : 'xdp'].map(
    (make): Source =>
      (_, chosen) => ({ text: make(ifindexes[chosen % ifindexes.length] ?? 1), uses: ['g'] }),
  );
  const sources = [...COMMON, ...(kind === 'xdp' ? XDP_ONLY : TC_ONLY), ...redirects];
  const { text, uses = [] } = sources[program % sources.length]?.(kind, argument) ?? { text: 'exit' };
  const section = kind === 'xdp' ? 'xdp' : 'tc';
  return { spec: programSpec('p', section, text, uses), maps: MAPS.filter(({ name }) => uses.includes(name)) };
}
