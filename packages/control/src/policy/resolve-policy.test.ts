import { describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster/cluster.ts';
import { allocateIdentities } from '../identity/identities.ts';
import { clusterOf, codesOf, pod, policy } from '../testing/manifests.ts';
import { resolvePolicy } from './resolve-policy.ts';

/** Resolved entries of one Pod as short text: `ingress web 6:8080`. */
function entriesOf(cluster: Cluster, name: string): string[] {
  const identities = allocateIdentities(cluster);
  const target = cluster.pods.find((p) => p.pod.name === name);
  if (!target) throw new Error(`no Pod ${name}`);
  const nameOf = (id: number): string =>
    identities.pods.find((i) => i.id === id)?.pods[0]?.pod.name ??
    identities.cidrs.filter((c) => c.id === id).map((c) => `/${c.prefix.length}`)[0] ??
    `#${id}`;
  return resolvePolicy(cluster, identities, target)
    .entries.filter((e) => e.origin.kind !== 'own-node')
    .map((e) => `${e.direction} ${nameOf(e.identity)} ${e.protocol}:${e.ports.port}/${e.ports.bits} ${e.origin.kind}`);
}

const pods =
  pod('web', { app: 'web' }) +
  pod('db', { app: 'db' }, { ports: [5432] }) +
  pod('far', { app: 'web' }, { namespace: 'far' });

describe('resolvePolicy()', () => {
  it('admits everything for a Pod that no policy selects', () => {
    expect(entriesOf(clusterOf(pods), 'db')).toEqual(['ingress #0 0:0/0 not-selected', 'egress #0 0:0/0 not-selected']);
  });

  it('isolates one direction by an empty rule list and leaves the other open', () => {
    const cluster = clusterOf(
      pods + policy('deny', { podSelector: { matchLabels: { app: 'db' } }, policyTypes: ['Ingress'] }),
    );
    expect(entriesOf(cluster, 'db')).toEqual(['egress #0 0:0/0 not-selected']);
  });

  it('takes a podSelector without namespaceSelector in the own namespace only', () => {
    const cluster = clusterOf(
      pods + policy('p', { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }] }] }),
    );
    expect(entriesOf(cluster, 'db')).toContain('ingress web 0:0/0 rule');
    expect(entriesOf(cluster, 'db').join()).not.toContain('far');
  });

  it('joins podSelector and namespaceSelector of one peer', () => {
    const peer = {
      podSelector: { matchLabels: { app: 'web' } },
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'far' } },
    };
    const cluster = clusterOf(
      pods + policy('p', { podSelector: { matchLabels: { app: 'db' } }, ingress: [{ from: [peer] }] }),
    );
    expect(entriesOf(cluster, 'db').filter((e) => e.startsWith('ingress'))).toEqual(['ingress far 0:0/0 rule']);
  });

  it('takes an empty rule as everybody on every port', () => {
    const cluster = clusterOf(pods + policy('p', { podSelector: { matchLabels: { app: 'db' } }, ingress: [{}] }));
    expect(entriesOf(cluster, 'db')).toContain('ingress #0 0:0/0 rule');
  });

  it('turns a port range into prefixes that cover it exactly', () => {
    const cluster = clusterOf(
      pods +
        policy('p', {
          podSelector: { matchLabels: { app: 'db' } },
          ingress: [{ ports: [{ port: 5000, endPort: 5007 }] }],
        }),
    );
    expect(entriesOf(cluster, 'db')).toContain('ingress #0 6:5000/13 rule');
  });

  it('gives an ipBlock the prefixes inside it, less its exceptions', () => {
    const block = { ipBlock: { cidr: '10.9.0.0/16', except: ['10.9.5.0/24'] } };
    const cluster = clusterOf(
      pods + policy('p', { podSelector: { matchLabels: { app: 'db' } }, ingress: [{ from: [block] }] }),
    );
    expect(entriesOf(cluster, 'db').filter((e) => e.startsWith('ingress'))).toEqual(['ingress /16 0:0/0 rule']);
  });

  it('isolates egress where egress rules are written and policyTypes are not', () => {
    const cluster = clusterOf(pods + policy('p', { podSelector: { matchLabels: { app: 'web' } }, egress: [] }));
    expect(entriesOf(cluster, 'web')).toEqual([]);
  });

  it.each([
    ['an absent podSelector', { ingress: [] }, 'K011'],
    ['an empty podSelector', { podSelector: {} }, 'K011'],
    ['a peer with nothing in it', { podSelector: { matchLabels: { a: 'b' } }, ingress: [{ from: [{}] }] }, 'K009'],
    ['an In without values', { podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: [] }] } }, 'K009'],
    [
      'an exception outside its block',
      {
        podSelector: { matchLabels: { a: 'b' } },
        ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/8'] } }] }],
      },
      'K008',
    ],
  ])('reports %s', (_what, spec, code) => {
    expect(codesOf(clusterOf(pods + policy('p', spec)))).toContain(code);
  });
});
