import { buildIcmpFrame, buildTcpFrame, buildUdpFrame, formatIpv4 } from '@sluice/wire';
import fc from 'fast-check';

/** What random frames may be addressed from and to. */
export interface FrameWorld {
  readonly sources: readonly number[];
  readonly destinations: readonly { readonly ip: number; readonly port: number }[];
}

const MACS = { sourceMac: '02:00:00:00:00:0a', destinationMac: '02:00:00:00:00:0b' };

/** Frames of all sorts: connections and their answers, datagrams, echoes and errors, and every kind of damage. */
export function randomFrame(world: FrameWorld): fc.Arbitrary<Uint8Array> {
  const whole = fc.oneof(
    { weight: 6, arbitrary: transport(world) },
    { weight: 1, arbitrary: echo(world) },
    { weight: 1, arbitrary: icmpError(world) },
  );
  const damaged = fc.tuple(whole, damage()).map(([frame, spoil]) => spoil(frame));
  const noise = fc.uint8Array({ minLength: 14, maxLength: 80 });
  return fc.oneof({ weight: 8, arbitrary: whole }, { weight: 3, arbitrary: damaged }, { weight: 1, arbitrary: noise });
}

function ends(world: FrameWorld) {
  return fc.record({
    source: fc.constantFrom(...world.sources),
    target: fc.constantFrom(...world.destinations),
    sourcePort: fc.integer({ min: 1024, max: 1151 }),
    back: fc.boolean(),
    ttl: fc.constantFrom(0, 1, 2, 64, 255),
  });
}

function transport(world: FrameWorld): fc.Arbitrary<Uint8Array> {
  const payload = fc.uint8Array({ maxLength: 24 });
  return fc
    .tuple(ends(world), fc.boolean(), fc.constantFrom(2, 16, 18, 17, 4, 24), payload)
    .map(([{ source, target, sourcePort, back, ttl }, tcp, flags, bytes]) => {
      const there = { ip: source, port: sourcePort };
      const [from, to] = back ? [target, there] : [there, target];
      const all = {
        ...MACS,
        ttl,
        source: formatIpv4(from.ip),
        destination: formatIpv4(to.ip),
        sourcePort: from.port,
        destinationPort: to.port,
      };
      return tcp
        ? buildTcpFrame({ ...all, sequence: 1, acknowledgment: 2, flags, window: 1000 }, bytes)
        : buildUdpFrame(all, bytes);
    });
}

function echo(world: FrameWorld): fc.Arbitrary<Uint8Array> {
  return fc.tuple(ends(world), fc.constantFrom(0, 8, 13)).map(([{ source, target, sourcePort, ttl }, type]) =>
    buildIcmpFrame(
      {
        ...MACS,
        ttl,
        source: formatIpv4(source),
        destination: formatIpv4(target.ip),
        type,
        code: 0,
        rest: sourcePort << 16,
      },
      new Uint8Array(8),
    ),
  );
}

/** An error about a datagram that went the other way. */
function icmpError(world: FrameWorld): fc.Arbitrary<Uint8Array> {
  return fc.tuple(ends(world), fc.constantFrom(3, 11, 12)).map(([{ source, target, sourcePort }, type]) => {
    const addresses = { source: formatIpv4(source), destination: formatIpv4(target.ip) };
    const quoted = buildUdpFrame(
      { ...MACS, ...addresses, sourcePort, destinationPort: target.port },
      new Uint8Array(4),
    );
    const about = { ...MACS, source: addresses.destination, destination: addresses.source };
    return buildIcmpFrame({ ...about, type, code: 0, rest: 0 }, quoted.subarray(14));
  });
}

function damage(): fc.Arbitrary<(frame: Uint8Array) => Uint8Array> {
  const cut = fc.integer({ min: 14, max: 60 }).map((length) => (frame: Uint8Array) => frame.slice(0, length));
  const flip = fc
    .tuple(fc.integer({ min: 12, max: 54 }), fc.integer({ min: 1, max: 255 }))
    .map(([at, bits]) => (frame: Uint8Array) => {
      const bad = frame.slice();
      if (at < bad.length) bad[at] = (bad[at] ?? 0) ^ bits;
      return bad;
    });
  return fc.oneof(cut, flip);
}
