import type { XdpBuff } from './xdp-buff.ts';

/**
 * Sends a frame where bpf_redirect() or bpf_redirect_map() said. Returns whether it could.
 * Kernel: net/core/filter.c xdp_do_redirect(). Row B2.
 */
export function xdpDoRedirect(xdp: XdpBuff): boolean {
  const { netns } = xdp.dev;
  const info = netns.host.programs.redirect;
  const { ifindex } = info;
  info.clear();
  const target = netns.deviceByIndex(ifindex);
  if (target === undefined || !target.up) return false;
  return target.xdpXmit(xdp.data, xdp.dataEnd - xdp.data, xdp.packetId);
}
