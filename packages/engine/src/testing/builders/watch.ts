import { formatMac } from '@sluice/wire';
import type { Device } from '../../kernel.ts';
import { shown } from './frame-text.ts';

/** Every frame a device sees, as text. */
export function watch(device: Device): string[] {
  const seen: string[] = [];
  device.capture((frame) => seen.push(shown(frame)));
  return seen;
}

/** What a device itself sends. */
export function sentBy(device: Device): Uint8Array[] {
  const seen: Uint8Array[] = [];
  device.capture((frame) => {
    if (formatMac(frame, 6) === device.mac) seen.push(frame);
  });
  return seen;
}

/** The line without its Ethernet part: `10.0.0.2 > 10.0.0.9: ICMP, ttl 64 | ICMP port unreachable`. */
export const inner = (frame: Uint8Array): string => shown(frame).split(' | ').slice(1).join(' | ');
