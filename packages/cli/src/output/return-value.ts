import type { ProgramType } from '@sluice/ebpf';

const XDP = ['XDP_ABORTED', 'XDP_DROP', 'XDP_PASS', 'XDP_TX', 'XDP_REDIRECT'];
const TC: Readonly<Record<number, string>> = {
  [-1]: 'TC_ACT_UNSPEC',
  0: 'TC_ACT_OK',
  1: 'TC_ACT_RECLASSIFY',
  2: 'TC_ACT_SHOT',
  3: 'TC_ACT_PIPE',
  4: 'TC_ACT_STOLEN',
  5: 'TC_ACT_QUEUED',
  6: 'TC_ACT_REPEAT',
  7: 'TC_ACT_REDIRECT',
};

/** What a program's result means for its type. Kernel: include/uapi/linux/bpf.h enum xdp_action, pkt_cls.h. */
export function returnValueName(type: ProgramType, value: number): string {
  if (type === 'xdp') return XDP[value] ?? String(value);
  if (type === 'sched_cls') return TC[value | 0] ?? String(value | 0);
  return String(value);
}
