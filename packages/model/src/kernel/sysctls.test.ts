import { describe, expect, it } from 'vitest';
import { twoHosts } from '../testing/two-hosts.ts';

const { b } = twoHosts();
const { root } = b;

describe('settings', () => {
  it.each([
    ['net.ipv4.ip_default_ttl', '64', '9'],
    ['net.ipv4.conf.eth0.rp_filter', '0', '2'],
    ['net.ipv4.conf.default.arp_ignore', '0', '1'],
    ['net.core.netdev_budget', '300', '100'],
    ['net.ipv4.ip_local_port_range', '32768\t60999', '1000 2000'],
  ])('%s begins as %j and takes %j', (name, initial, next) => {
    expect(root.sysctl(name)).toBe(initial);
    root.setSysctl(name, next);
    expect(root.sysctl(name).split('\t')).toEqual(next.split(' '));
  });

  it('ip_forward is conf.all.forwarding, and is handed to every device, those made later too', () => {
    root.setSysctl('net.ipv4.ip_forward', '1');
    expect(root.sysctl('net.ipv4.conf.eth0.forwarding')).toBe('1');
    root.addVeth('late', b.createNetns('x'), 'eth0');
    expect(root.sysctl('net.ipv4.conf.late.forwarding')).toBe('1');
  });

  it.each([
    ['net.ipv4.no_such_thing', '1', /ENOENT/],
    ['net.ipv4.conf.eth9.rp_filter', '1', /ENOENT/],
    ['net.ipv4.conf.eth0.rp_filter', '3', /EINVAL/],
    ['net.ipv4.ip_default_ttl', '0', /EINVAL/],
    ['net.ipv4.ip_local_port_range', '5', /EINVAL/],
    ['net.ipv4.ip_local_port_range', '9 5', /EINVAL/],
    ['net.ipv4.conf.eth0.rp_filter', 'on', /EINVAL/],
    ['net.ipv4.conf.eth0.proxy_arp', '1', /EOPNOTSUPP/],
  ])('%s = %j is refused', (name, value, error) => {
    expect(() => root.setSysctl(name, value)).toThrow(error);
  });
});
