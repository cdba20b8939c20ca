import { spawnSync } from 'node:child_process';
import { EngineError } from '@sluice/engine';
import {
  listAddresses,
  listLinks,
  listNeighbours,
  listRoutes,
  newAddress,
  newLink,
  newNeighbour,
  newRoute,
  RT_SCOPE,
  RT_TABLE,
  RTPROT_STATIC,
  readAddress,
  readLink,
  readNeighbour,
  readRoute,
  setLink,
} from '@sluice/netlink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeBpf } from '../capability/probe-bpf.ts';
import { NetworkNamespace } from '../netns/network-namespace.ts';
import { NetlinkSocket } from './netlink-socket.ts';

const capability = probeBpf();
if (!capability.usable) console.warn(`skipping netlink on Linux: ${capability.missing}`);

const IP = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

describe.skipIf(!capability.usable)('netlink on Linux', () => {
  let here: NetworkNamespace;
  let there: NetworkNamespace;
  let socket: NetlinkSocket;
  beforeAll(() => {
    here = NetworkNamespace.create('here');
    there = NetworkNamespace.create('there');
    socket = here.run(() => new NetlinkSocket());
  });
  afterAll(() => {
    socket.close();
    here.close();
    there.close();
  });
  const ip = (...args: string[]) =>
    here.run(() => JSON.parse(spawnSync('ip', ['-j', ...args], { encoding: 'utf8' }).stdout || '[]'));
  const links = () => socket.list(listLinks()).flatMap((message) => readLink(message) ?? []);
  const linkNamed = (name: string) => links().find((link) => link.name === name);

  it('makes a veth pair across namespaces, and lists it as ip does', () => {
    const peer = { name: 'eth0', mac: '02:00:00:00:00:02', netnsFd: there.fd };
    socket.change(newLink({ name: 'veth0', mac: '02:00:00:00:00:01', mtu: 1400, kind: { kind: 'veth', peer } }));
    expect(linkNamed('veth0')).toMatchObject({ kind: 'veth', mtu: 1400, mac: '02:00:00:00:00:01' });
    expect(ip('link', 'show', 'veth0')).toMatchObject([{ ifname: 'veth0', mtu: 1400, address: '02:00:00:00:00:01' }]);
    const other = there.run(() => new NetlinkSocket());
    expect(other.list(listLinks()).flatMap((m) => readLink(m)?.name ?? [])).toContain('eth0');
    other.close();
  });

  it('makes bridges, macvlan and vxlan devices', () => {
    socket.change(newLink({ name: 'br0', kind: { kind: 'bridge' } }));
    const lower = linkNamed('veth0')?.ifindex ?? 0;
    socket.change(newLink({ name: 'mv0', kind: { kind: 'macvlan', lower, mode: 'bridge' } }));
    socket.change(newLink({ name: 'vx0', kind: { kind: 'vxlan', external: true, port: 8472 } }));
    const kinds = Object.fromEntries(links().map((link) => [link.name, link.kind]));
    expect(kinds).toMatchObject({ br0: 'bridge', mv0: 'macvlan', vx0: 'vxlan' });
  });

  it('sets addresses, routes and neighbours, and reads them back', () => {
    const ifindex = linkNamed('veth0')?.ifindex ?? 0;
    socket.change(setLink(ifindex, { up: true }));
    socket.change(newAddress({ ifindex, address: IP('10.1.0.1'), prefixLength: 24, scope: 0 }));
    const route = {
      destination: IP('10.2.0.0'),
      prefixLength: 16,
      type: 'unicast',
      table: RT_TABLE.main,
      scope: RT_SCOPE.global,
      protocol: RTPROT_STATIC,
      gateway: IP('10.1.0.2'),
      ifindex,
    } as const;
    socket.change(newRoute(route));
    socket.change(newNeighbour({ ifindex, ip: IP('10.1.0.2'), mac: '02:00:00:00:00:02', state: 'permanent' }));
    expect(socket.list(listAddresses()).flatMap((m) => readAddress(m) ?? [])).toContainEqual({
      ifindex,
      address: IP('10.1.0.1'),
      prefixLength: 24,
      scope: 0,
    });
    expect(socket.list(listRoutes()).flatMap((m) => readRoute(m) ?? [])).toContainEqual(route);
    expect(socket.list(listNeighbours()).flatMap((m) => readNeighbour(m) ?? [])).toContainEqual({
      ifindex,
      ip: IP('10.1.0.2'),
      mac: '02:00:00:00:00:02',
      state: 'permanent',
    });
    expect(ip('route', 'get', '10.2.3.4')).toMatchObject([{ gateway: '10.1.0.2', dev: 'veth0' }]);
  });

  it("carries the kernel's own words when it refuses", () => {
    const ifindex = linkNamed('veth0')?.ifindex ?? 0;
    const twice = () => socket.change(newAddress({ ifindex, address: IP('10.1.0.1'), prefixLength: 24, scope: 0 }));
    expect(twice).toThrow(EngineError);
    expect(twice).toThrow(/EEXIST/);
    const bad = {
      destination: IP('10.3.0.0'),
      prefixLength: 16,
      type: 'unicast',
      table: RT_TABLE.main,
      scope: RT_SCOPE.global,
      protocol: RTPROT_STATIC,
      gateway: IP('99.0.0.1'),
      ifindex,
    } as const;
    expect(() => socket.change(newRoute(bad))).toThrow(/Nexthop has invalid gateway/);
  });

  it('leaves this thread in its own namespace', () => {
    const names = links().map((link) => link.name);
    const own = new NetlinkSocket();
    expect(own.list(listLinks()).flatMap((m) => readLink(m)?.name ?? [])).not.toEqual(names);
    own.close();
  });
});
