import { errno, type Helper } from '@sluice/ebpf';
import { be32At, copyBytes, ETH_HLEN, le16At, le32At, setBe32, setLe16, setLe32 } from '@sluice/wire';
import type { NetDevice } from '../../core/net-device.ts';
import { Flow } from '../../ipv4/fib/fib-rules.ts';
import { inetSelectAddr } from '../../ipv4/in-device.ts';
import { RT_SCOPE_UNIVERSE } from '../../ipv4/scopes.ts';
import type { HostBpf } from '../host-bpf.ts';

/** UAPI: struct bpf_fib_lookup. */
const FIB_LOOKUP_BYTES = 64;
const FAMILY = 0;
const TOT_LEN = 6;
const IFINDEX = 8;
const RT_METRIC = 12;
const IPV4_SRC = 16;
const IPV4_DST = 32;
const VLAN = 48;
const SMAC = 52;
const DMAC = 58;
/** UAPI: BPF_FIB_LOOKUP_*. */
const DIRECT = 1;
const OUTPUT = 2;
const SKIP_NEIGH = 4;
const TBID = 8;
const SRC = 16;
const MARK = 32;
/** UAPI: BPF_FIB_LKUP_RET_*. */
const SUCCESS = 0;
const BLACKHOLE = 1;
const UNREACHABLE = 2;
const PROHIBIT = 3;
const NOT_FWDED = 4;
const FWD_DISABLED = 5;
const NO_NEIGH = 7;
const FRAG_NEEDED = 8;
/** UAPI: BPF_MTU_CHK_*. */
const MTU_FRAG_NEEDED = 1;
const MTU_CHK_SEGS = 1;

const AF_INET = 2;
const EAFNOSUPPORT = 97;
const ENODEV = 19;
const flow = new Flow();

/** Asking the routing table and the MTU. Kernel: net/core/filter.c bpf_ipv4_fib_lookup(), bpf_skb_check_mtu(). */
export function fibHelpers(bpf: HostBpf): [number, Helper][] {
  const { u8 } = bpf.arena;
  const here = (): NetDevice => (bpf.runsXdp ? bpf.xdp!.dev : bpf.skb!.dev);

  const fibLookup: Helper = (_ctx, params, size, flags) => {
    const p = params!;
    if (size! < FIB_LOOKUP_BYTES || (flags! & ~(DIRECT | OUTPUT | SKIP_NEIGH | TBID | SRC | MARK)) !== 0)
      return -errno.EINVAL;
    if (u8[p + FAMILY] !== AF_INET) return -EAFNOSUPPORT;
    const checkMtu = le16At(u8, p + TOT_LEN) !== 0;
    const result = lookup(p, flags!, checkMtu);
    if (result === SUCCESS && !checkMtu && !bpf.runsXdp) {
      const out = here().netns.deviceByIndex(le32At(u8, p + IFINDEX))!;
      setLe16(u8, p + TOT_LEN, out.mtu);
      const skb = bpf.skb!;
      if (skb.len > out.mtu + ETH_HLEN + 4 && skb.gsoBytes === 0) return FRAG_NEEDED;
    }
    return result;
  };

  function lookup(p: number, flags: number, checkMtu: boolean): number {
    const { netns } = here();
    const dev = netns.deviceByIndex(le32At(u8, p + IFINDEX));
    if (dev === undefined) return -ENODEV;
    if (dev.inet.conf.forwarding === 0) return FWD_DISABLED;
    flow.destination = be32At(u8, p + IPV4_DST);
    flow.source = be32At(u8, p + IPV4_SRC);
    flow.mark = flags & MARK ? le32At(u8, p + SMAC) : 0;
    flow.iif = flags & OUTPUT ? 'lo' : dev.name;
    flow.oif = flags & OUTPUT ? dev.name : '';
    flow.oifIndex = flags & OUTPUT ? dev.ifindex : 0;
    const { fib } = netns;
    const table = flags & DIRECT ? fib.table(flags & TBID ? le32At(u8, p + VLAN) : 254) : undefined;
    const route = table ? table.lookup(flow.destination, flow.oifIndex) : fib.lookup(flow);
    if (route === undefined) {
      if (table || fib.error === 'ENETUNREACH') return NOT_FWDED;
      return fib.error === 'EINVAL' ? BLACKHOLE : fib.error === 'EHOSTUNREACH' ? UNREACHABLE : PROHIBIT;
    }
    if (route.type !== 'unicast' || route.dev === undefined) return NOT_FWDED;
    const out = route.dev;
    if (checkMtu && le16At(u8, p + TOT_LEN) > out.mtu) {
      setLe16(u8, p + TOT_LEN, out.mtu);
      return FRAG_NEEDED;
    }
    setLe32(u8, p + RT_METRIC, route.metric);
    setLe32(u8, p + IFINDEX, out.ifindex);
    if (flags & SRC)
      setBe32(u8, p + IPV4_SRC, route.source !== 0 ? route.source : inetSelectAddr(out, route.via, RT_SCOPE_UNIVERSE));
    if (route.gateway !== 0) setBe32(u8, p + IPV4_DST, route.gateway);
    if (!(flags & SKIP_NEIGH)) {
      const neighbour = out.inet.neighbours.get(be32At(u8, p + IPV4_DST) | 0);
      if (neighbour === undefined || !neighbour.valid) return NO_NEIGH;
      copyBytes(neighbour.mac, 0, u8, p + DMAC, 6);
      copyBytes(out.devAddr, 0, u8, p + SMAC, 6);
    }
    u8.fill(0, p + VLAN, p + VLAN + 4);
    if (checkMtu) setLe16(u8, p + TOT_LEN, out.mtu);
    return SUCCESS;
  }

  const checkMtu: Helper = (_ctx, ifindex, length, difference, flags, flagsHigh) => {
    const dev = ifindex === 0 ? here() : here().netns.deviceByIndex(ifindex!);
    if ((flags! & ~MTU_CHK_SEGS) !== 0 || flagsHigh !== 0) return -errno.EINVAL;
    if (dev === undefined) return -ENODEV;
    const given = le32At(u8, length!);
    const frame = bpf.runsXdp ? bpf.xdp!.dataEnd - bpf.xdp!.data : bpf.skb!.len;
    const bytes = (given !== 0 ? given + ETH_HLEN : frame) + difference!;
    setLe32(u8, length!, dev.mtu);
    if (bytes <= dev.mtu + ETH_HLEN) return SUCCESS;
    return !bpf.runsXdp && bpf.skb!.gsoBytes !== 0 && (flags! & MTU_CHK_SEGS) === 0 ? SUCCESS : MTU_FRAG_NEEDED;
  };

  return [
    [69, fibLookup],
    [163, checkMtu],
  ];
}
