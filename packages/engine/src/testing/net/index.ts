import type { NetScenario } from '../world.ts';
import { A_RECEIVE } from './a-receive.ts';
import { B_XDP } from './b-xdp.ts';
import { C1_CAPTURE } from './c1-capture.ts';
import { C5_TC } from './c5-tc.ts';
import { D1_IP_RECEIVE } from './d1-ip-receive.ts';
import { D1_ROUTING } from './d1-routing.ts';
import { D1_SOURCE_CHECKS } from './d1-source-checks.ts';
import { D2_FRAGMENTS } from './d2-fragments.ts';
import { D3_FORWARDING } from './d3-forwarding.ts';
import { D4_OUTPUT } from './d4-output.ts';
import { D7_ICMP } from './d7-icmp.ts';
import { D8_ARP } from './d8-arp.ts';
import { F1_UDP } from './f1-udp.ts';
import { F2_TCP } from './f2-tcp.ts';
import { F4_CGROUP } from './f4-cgroup.ts';
import { FOUND } from './found.ts';
import { G2_MAPS } from './g2-maps.ts';
import { H_DEVICES } from './h-devices.ts';

/** Everything both kernels must do alike with packets, in the order of the system's rows. */
export const SCENARIOS: readonly NetScenario[] = [
  ...A_RECEIVE,
  ...B_XDP,
  ...C1_CAPTURE,
  ...C5_TC,
  ...D1_IP_RECEIVE,
  ...D1_ROUTING,
  ...D1_SOURCE_CHECKS,
  ...D2_FRAGMENTS,
  ...D3_FORWARDING,
  ...D4_OUTPUT,
  ...D7_ICMP,
  ...D8_ARP,
  ...F1_UDP,
  ...F2_TCP,
  ...F4_CGROUP,
  ...G2_MAPS,
  ...H_DEVICES,
  ...FOUND,
];
