import type { NetDevice } from '../../core/net-device.ts';
import { Neighbour } from './neighbour.ts';

/** The entry for `ip` on `dev`, made where there is none. Kernel: net/core/neighbour.c __neigh_create(). */
export function neighLookup(dev: NetDevice, ip: number): Neighbour {
  const { neighbours } = dev.inet;
  let neighbour = neighbours.get(ip | 0);
  if (neighbour === undefined) {
    neighbour = new Neighbour(dev, ip >>> 0);
    neighbours.set(ip | 0, neighbour);
  }
  return neighbour;
}
