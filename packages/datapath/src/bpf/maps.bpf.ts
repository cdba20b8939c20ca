/** All maps of the datapath. One node's programs share one set of them, by name. */
import { BPF_F_NO_PREALLOC, be32, hashMap, lpmTrieMap, lruHashMap, ringBuffer, u32 } from '@sluice/compiler/bpf';
import {
  Backend,
  ConnEntry,
  ConnKey,
  Endpoint,
  EndpointDevice,
  IpcacheEntry,
  IpcacheKey,
  NatEntry,
  PolicyEntry,
  PolicyKey,
  ServiceAddress,
  ServiceEntry,
  ServiceKey,
  SocketKey,
} from './records.bpf.ts';

export const endpoints = hashMap(be32, Endpoint, { maxEntries: 4096 });
export const endpoint_devs = hashMap(u32, EndpointDevice, { maxEntries: 4096 });
export const ipcache = lpmTrieMap(IpcacheKey, IpcacheEntry, { maxEntries: 65536, flags: BPF_F_NO_PREALLOC });
export const policy = lpmTrieMap(PolicyKey, PolicyEntry, { maxEntries: 65536, flags: BPF_F_NO_PREALLOC });
export const conntrack = lruHashMap(ConnKey, ConnEntry, { maxEntries: 16384 });
export const services = hashMap(ServiceKey, ServiceEntry, { maxEntries: 65536, flags: BPF_F_NO_PREALLOC });
export const backends = hashMap(u32, Backend, { maxEntries: 65536, flags: BPF_F_NO_PREALLOC });
export const service_addrs = hashMap(u32, ServiceAddress, { maxEntries: 65536, flags: BPF_F_NO_PREALLOC });
export const socket_peers = lruHashMap(SocketKey, ServiceAddress, { maxEntries: 16384 });
export const nat = lruHashMap(ConnKey, NatEntry, { maxEntries: 16384 });
export const events = ringBuffer({ bytes: 1048576 });
