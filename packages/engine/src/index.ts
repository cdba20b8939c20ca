export * from './bpf.ts';
export * from './errors.ts';
export * from './journey.ts';
export type {
  Device,
  DeviceStatistics,
  Host,
  HostOptions,
  Kernel,
  LinkHandle,
  NetNs,
  NicOptions,
  Route,
  Segment,
  TcpConnection,
  TcpListener,
  UdpSocket,
} from './kernel.ts';
export * from './watch.ts';
