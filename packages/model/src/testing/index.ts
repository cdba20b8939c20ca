export { udpFrame } from './frames.ts';
export { type RoutedHosts, routedHosts } from './routed-hosts.ts';
export { type TestProgram, testProgram } from './test-program.ts';
export { traceText } from './trace-text.ts';
export { type TwoHosts, twoHosts } from './two-hosts.ts';
