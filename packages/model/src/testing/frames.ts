import { buildUdpFrame, type FrameEnds } from '@sluice/wire';

/** A UDP frame from host `a` to host `b` of `twoHosts`, port 1000 to port 2000; any field may be said otherwise. */
export const udpFrame = (
  more: Partial<FrameEnds & { sourcePort: number; destinationPort: number }> = {},
  payload: Uint8Array = Uint8Array.of(1, 2, 3, 4),
): Uint8Array =>
  buildUdpFrame(
    {
      sourceMac: '02:00:00:00:00:01',
      destinationMac: '02:00:00:00:00:02',
      source: '10.0.0.1',
      destination: '10.0.0.2',
      sourcePort: 1000,
      destinationPort: 2000,
      ...more,
    },
    payload,
  );
