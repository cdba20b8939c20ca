import type { XdpBuff } from './xdp-buff.ts';

/**
 * Sends a frame where bpf_redirect() or bpf_redirect_map() said: `nowhere` where there is no such device, `refused`
 * where its driver could not take the frame.
 * Kernel: net/core/filter.c xdp_do_redirect(). Row B2.
 */
export function xdpDoRedirect(xdp: XdpBuff): 'sent' | 'refused' | 'nowhere' {
  const { netns } = xdp.dev;
  const info = netns.host.programs.redirect;
  const { ifindex } = info;
  info.clear();
  const target = netns.deviceByIndex(ifindex);
  if (target === undefined || !target.up) return 'nowhere';
  return target.xdpXmit(xdp.data, xdp.dataEnd - xdp.data, xdp.packetId) ? 'sent' : 'refused';
}
