import { describe, expect, it } from 'vitest';
import { formatProblem } from './diagnostics/problem.ts';
import { whyNoKernel, withBpftool } from './node/bpftool.testing.ts';
import { compileText } from './testing/compile-text.ts';

const reason = whyNoKernel();
if (reason) it.skip(`needs the kernel: ${reason}`, () => {});

/** One program of each kind, with the helpers and context fields of that kind. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'tc: context fields, checksums, direct and indirect packet access': `
    export const p = tc((ctx) => {
      ctx.mark = ctx.mark | 0x100;
      ctx.cb[1] = ctx.cb[0] + ctx.len;
      ctx.priority = 3;
      const ip = packet(ctx, sizeOf(EthHdr), Ipv4Hdr);
      if (ip === null || ctx.protocol !== htons(ETH_P_IP)) return TC_ACT_OK;
      const from = ip.src;
      const old = new Ipv4Hdr();
      if (skbLoadBytes(ctx, 14, old) < 0) return TC_ACT_SHOT;
      const sum = csumDiff(from, old.dst, 0);
      l4CsumReplace(ctx, 36, 0, sum, BPF_F_PSEUDO_HDR);
      l3CsumReplace(ctx, 24, from, old.dst, 4);
      skbStoreBytes(ctx, 26, old.dst, BPF_F_RECOMPUTE_CSUM);
      const again = packet(ctx, sizeOf(EthHdr), Ipv4Hdr);
      return again === null || again.ttl < 2 ? TC_ACT_SHOT : TC_ACT_OK;
    });`,
  'tc: routing, neighbours, redirection': `
    export const p = tc((ctx) => {
      const ip = packet(ctx, 14, Ipv4Hdr);
      const eth = packet(ctx, 0, EthHdr);
      if (ip === null || eth === null) return TC_ACT_OK;
      const fib = new FibLookup();
      fib.family = AF_INET;
      fib.ipv4_src = ip.src;
      fib.ipv4_dst = ip.dst;
      fib.ifindex = ctx.ingress_ifindex;
      const found = fibLookup(ctx, fib, 0);
      if (found === BPF_FIB_LKUP_RET_NO_NEIGH) {
        const via = new RedirNeigh();
        via.nh_family = AF_INET;
        via.ipv4_nh = fib.ipv4_dst;
        return redirectNeigh(fib.ifindex, via);
      }
      if (found !== 0) return redirectPeer(4);
      copy(eth.src, fib.smac);
      copy(eth.dst, fib.dmac);
      return cloneRedirect(ctx, 3, BPF_F_INGRESS) < 0 ? TC_ACT_SHOT : redirect(fib.ifindex);
    });`,
  'xdp: head, tail, metadata, maps of devices and CPUs': `
    const devices = devMap({ maxEntries: 8 }); const cpus = cpuMap({ maxEntries: 4 }); const log = perfEventArray({ maxEntries: 4 });
    class Note { length: u32 = 0; queue: u32 = 0 }
    export const p = xdp((ctx) => {
      const note = new Note();
      note.length = packetLength(ctx);
      note.queue = ctx.rx_queue_index;
      log.output(ctx, note, BPF_F_CURRENT_CPU);
      if (xdpAdjustMeta(ctx, -8) !== 0) return XDP_PASS;
      const meta = packetMeta(ctx, Note);
      if (meta === null) return XDP_ABORTED;
      meta.queue = 7;
      if (xdpAdjustHead(ctx, 14) < 0 || xdpAdjustTail(ctx, -4) < 0) return XDP_DROP;
      return note.queue > 3 ? cpus.redirect(1, XDP_PASS) : devices.redirect(note.queue, XDP_DROP);
    });`,
  'cgroup/connect4: rewriting the destination': `
    const peers = lruHashMap(u64, be32, { maxEntries: 16 });
    export const p = cgroupConnect4((ctx) => {
      if (ctx.protocol !== IPPROTO_TCP || ctx.user_ip4 !== htonl(0x0a000001)) return SOCK_ALLOW;
      peers.update(getSocketCookie(ctx), ctx.user_ip4);
      ctx.user_ip4 = htonl(0x7f000001);
      ctx.user_port = be32(htons(8080));
      return getNetnsCookie(ctx) === getNetnsCookie(null) ? SOCK_ALLOW : SOCK_DENY;
    });`,
  'cgroup/recvmsg4 returns 1 only': `
    export const p = cgroupRecvmsg4((ctx) => { if (ntohs(be16(ctx.user_port)) === 53) ctx.user_ip4 = htonl(1); return SOCK_ALLOW; });`,
  'cgroup_skb: packets start at the IP header': `
    export const p = cgroupSkbEgress((ctx) => { const ip = packet(ctx, 0, Ipv4Hdr); return ip !== null && ip.protocol === IPPROTO_UDP ? 0 : 1; });`,
  'cgroup/sock_create': `export const p = cgroupSockCreate((ctx) => (ctx.family === AF_INET && ctx.type === SOCK_DGRAM ? 0 : 1));`,
  'sockops: a socket option on a new connection': `
    export const p = sockOps((ctx) => {
      if (ctx.op === BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB) {
        sockOpsCbFlagsSet(ctx, 1);
        setsockopt(ctx, 6, 13, u32(10));
      }
      ctx.reply = -1 >>> 0;
      return 1;
    });`,
  sk_lookup: `export const p = skLookup((ctx) => (ctx.local_port === 7777 && ctx.protocol === IPPROTO_TCP ? SK_DROP : SK_PASS));`,
  'a named section': `export const p = program<SkBuff>('classifier', (ctx) => (ctx.hash === getHashRecalc(ctx) ? TC_ACT_OK : TC_ACT_PIPE));`,
};

const NAMES =
  `AF_INET be16 be32 BPF_F_CURRENT_CPU BPF_F_INGRESS BPF_F_PSEUDO_HDR BPF_F_RECOMPUTE_CSUM BPF_FIB_LKUP_RET_NO_NEIGH
  BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB cgroupConnect4 cgroupRecvmsg4 cgroupSkbEgress cgroupSockCreate cloneRedirect copy cpuMap
  csumDiff devMap ETH_P_IP EthHdr FibLookup fibLookup getHashRecalc getNetnsCookie getSocketCookie htonl htons IPPROTO_TCP
  IPPROTO_UDP Ipv4Hdr l3CsumReplace l4CsumReplace lruHashMap ntohs packet packetLength packetMeta perfEventArray program
  RedirNeigh redirect redirectNeigh redirectPeer setsockopt sizeOf SK_DROP SK_PASS skbLoadBytes skbStoreBytes skLookup
  SOCK_ALLOW SOCK_DENY SOCK_DGRAM sockOps sockOpsCbFlagsSet tc TC_ACT_OK TC_ACT_PIPE TC_ACT_SHOT u32 u64 XDP_ABORTED
  XDP_DROP XDP_PASS xdp xdpAdjustHead xdpAdjustMeta xdpAdjustTail`.split(/\s+/);

describe.skipIf(reason)('Linux takes', () => {
  it.each(Object.entries(PROGRAMS))('%s', (_, source) => {
    const imports = `import { ${NAMES.join(', ')}, type SkBuff } from '@sluice/compiler/bpf';\nexport const license = 'GPL';`;
    const { object, problems } = compileText(`${imports}\n${source}`);
    expect(problems.map(formatProblem)).toEqual([]);
    const text = withBpftool(
      { 'a.o': object! },
      'bpftool prog loadall a.o bpf/all >log 2>&1 || { tail -20 log >&2; exit 1; }\nls bpf/all',
    );
    expect(text).toBe('p\n');
  });
});
