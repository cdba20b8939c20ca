import type { NetDevice } from './net-device.ts';

/** UAPI: enum xdp_action. */
export const XDP_ABORTED = 0;
export const XDP_DROP = 1;
export const XDP_PASS = 2;
export const XDP_TX = 3;
export const XDP_REDIRECT = 4;

/** A frame as an XDP program sees it, before there is an skb. All but `dev` are arena addresses or counts. */
export class XdpBuff {
  head = 0;
  size = 0;
  data = 0;
  dataEnd = 0;
  dataMeta = 0;
  dev!: NetDevice;
  queue = 0;
  packetId = 0;

  set(head: number, size: number, data: number, length: number, dev: NetDevice, queue: number, packetId: number): void {
    this.head = head;
    this.size = size;
    this.data = data;
    this.dataMeta = data;
    this.dataEnd = data + length;
    this.dev = dev;
    this.queue = queue;
    this.packetId = packetId;
  }
}
