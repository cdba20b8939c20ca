import { bpfProgRunXdp } from '../bpf/run-xdp.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step } from '../step.ts';
import { ethTypeTrans } from './eth-type-trans.ts';
import { afterXdp } from './netif-receive-skb-core.ts';
import { XDP_PASS, XDP_REDIRECT, XDP_TX, XdpBuff } from './xdp-buff.ts';
import { xdpActionName } from './xdp-run.ts';

const xdp = new XdpBuff();

/**
 * XDP for drivers that have none: the program sees the packet as a frame, after its skb was built.
 * Kernel: net/core/dev.c do_xdp_generic(), bpf_prog_run_generic_xdp(). Row B6.
 */
export const doXdpGeneric: Step = step('do_xdp_generic', 'xdp', 'B6', (skb: SkBuff): Step => {
  const program = skb.dev.xdpGeneric!;
  const { dev } = skb;
  skb.push(skb.macBytes);
  xdp.set(skb.head, skb.size, skb.data, skb.len, dev, 0, skb.packetId);
  const action = bpfProgRunXdp(program, xdp);
  skb.data = xdp.data;
  skb.tail = xdp.dataEnd;
  if (skb.trace !== null) {
    const { name, section } = program;
    skb.trace.program(
      { program: name, section, direction: 'ingress', returnValue: action },
      program.takeInstructions(),
    );
    skb.trace.detail(`${name} returned ${xdpActionName(action)}`);
  }
  skb.macHeader = skb.data;
  if (action === XDP_PASS) {
    skb.metaBytes = xdp.data - xdp.dataMeta;
    ethTypeTrans(skb);
    return afterXdp(skb);
  }
  if (action === XDP_TX || action === XDP_REDIRECT) {
    const target = action === XDP_TX ? dev : targetOf(skb);
    if (target !== undefined) {
      if (skb.trace !== null) skb.trace.verdict('redirect');
      skb.dev = target;
      // Straight to the driver: past tc, the queue and captures. Kernel: generic_xdp_tx().
      return target.startXmit;
    }
  }
  if (skb.trace !== null)
    skb.trace.because('program', `XDP program ${program.name} on ${dev.name} returned ${xdpActionName(action)}`);
  return drop(skb, 'XDP');
});

function targetOf(skb: SkBuff): import('./net-device.ts').NetDevice | undefined {
  const info = skb.dev.netns.host.programs.redirect;
  const { ifindex } = info;
  info.clear();
  return skb.dev.netns.deviceByIndex(ifindex);
}
