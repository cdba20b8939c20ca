import { ipv4Mask } from '@sluice/wire';
import type { NetDevice } from '../core/net-device.ts';
import type { DevConf } from '../kernel/dev-conf.ts';
import type { Neighbour } from './neighbour/neighbour.ts';
import { RT_SCOPE_LINK } from './scopes.ts';

/** An address of a device. Kernel: struct in_ifaddr. */
export interface InterfaceAddress {
  readonly local: number;
  readonly prefixLength: number;
  readonly scope: number;
}

/** A device's IPv4 side: addresses, settings, neighbours. Kernel: struct in_device. */
export class InDevice {
  readonly dev: NetDevice;
  readonly addresses: InterfaceAddress[] = [];
  readonly conf: DevConf;
  /** By IP address, as a signed 32-bit number. */
  readonly neighbours = new Map<number, Neighbour>();

  constructor(dev: NetDevice) {
    this.dev = dev;
    this.conf = dev.netns.sysctls.newDevice(dev.name);
  }

  /** The device's own setting or the one for all, whichever is greater. Kernel: IN_DEV_MAXCONF. */
  get rpFilter(): number {
    return Math.max(this.conf.rp_filter, this.dev.netns.sysctls.confAll.rp_filter);
  }

  /** Kernel: inet_addr_onlink(). */
  onLink(address: number): boolean {
    return this.addresses.some((a) => ((a.local ^ address) & ipv4Mask(a.prefixLength)) === 0);
  }
}

/**
 * The source address to use out of a device towards `destination` (0: any): one in the destination's subnet, else the
 * first of sufficient scope; 0 where there is none. Kernel: net/ipv4/devinet.c inet_select_addr().
 */
export function inetSelectAddr(dev: NetDevice, destination: number, scope: number): number {
  let first = 0;
  for (const a of dev.inet.addresses) {
    if (a.scope > scope) continue;
    if (destination === 0 || ((a.local ^ destination) & ipv4Mask(a.prefixLength)) === 0) return a.local;
    if (first === 0) first = a.local;
  }
  if (first !== 0) return first;
  for (const other of dev.netns.devices.values()) {
    if (other === dev) continue;
    for (const a of other.inet.addresses) if (a.scope <= scope && a.scope !== RT_SCOPE_LINK) return a.local;
  }
  return 0;
}
