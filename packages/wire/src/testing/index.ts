/** Builders of frames for other rooms' tests. */
export { buildIcmpFrame, buildIpv4Frame, buildTcpFrame, buildUdpFrame } from '../frame/build-frame.ts';
