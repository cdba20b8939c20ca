export { type TwoHosts, twoHosts } from './two-hosts.ts';
