import { formatIpv4 } from '@sluice/wire';
import { describe, expect, it } from 'vitest';
import { clusterOf, codesOf, pod } from '../testing/manifests.ts';

const service = (spec: string) => `---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: shop }
spec: ${spec}
`;

describe('buildCluster()', () => {
  it('makes the Pods of a Deployment when none of them is listed, and spreads them over the nodes', () => {
    const cluster = clusterOf(`
apiVersion: v1
kind: Node
metadata: { name: a }
---
apiVersion: v1
kind: Node
metadata: { name: b }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: api } }
  template: { metadata: { labels: { app: api } }, spec: { containers: [{ name: c }] } }
`);
    expect(cluster.pods.map(({ pod: p, node }) => `${p.name}@${node.name}`)).toEqual(['api-1@a', 'api-2@b']);
    expect(cluster.assumptions).toContain('shop/api-2 is taken to run on b');
  });

  it('makes no Pods of a Deployment one of whose Pods is listed', () => {
    const cluster = clusterOf(
      `${pod('api-x7f', { app: 'api' })}---
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: shop }
spec: { replicas: 3, selector: { matchLabels: { app: api } }, template: { metadata: { labels: { app: api } } } }
`,
    );
    expect(cluster.pods.map(({ pod: p }) => p.name)).toEqual(['api-x7f']);
  });

  it('numbers a StatefulSet from 0 and puts one Pod of a DaemonSet on each node', () => {
    const set = (kind: string, name: string, extra: string) => `---
apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec: { ${extra} selector: { matchLabels: { app: ${name} } }, template: { metadata: { labels: { app: ${name} } } } }
`;
    const cluster = clusterOf(
      `${set('StatefulSet', 'db', 'replicas: 2,')}${set('DaemonSet', 'log', '')}${pod('x', {}, { node: 'n1' })}${pod('y', {}, { node: 'n2' })}`,
    );
    expect(cluster.pods.map(({ pod: p }) => p.name).sort()).toEqual(['db-0', 'db-1', 'log-n1', 'log-n2', 'x', 'y']);
  });

  it('finds the backends of a Service by selector and by the name of a port', () => {
    const web = pod('web', { app: 'web' }).replace('ports: []', 'ports: [{ name: http, containerPort: 8080 }]');
    const cluster = clusterOf(
      `${web}${pod('other', { app: 'other' })}${service('{ selector: { app: web }, ports: [{ port: 80, targetPort: http }] }')}`,
    );
    const [port] = cluster.services[0]?.ports ?? [];
    expect(port?.backends.map((b) => `${formatIpv4(b.ip)}:${b.port}`)).toEqual(['10.244.1.2:8080']);
  });

  it('takes EndpointSlices before selectors, and leaves out endpoints that are not ready', () => {
    const cluster =
      clusterOf(`${pod('web', { app: 'web' })}${service('{ selector: { app: web }, ports: [{ port: 80 }] }')}---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: api-1, namespace: shop, labels: { kubernetes.io/service-name: api } }
addressType: IPv4
ports: [{ name: "", port: 9090 }]
endpoints: [{ addresses: [10.1.1.1] }, { addresses: [10.1.1.2], conditions: { ready: false } }]
`);
    const [port] = cluster.services[0]?.ports ?? [];
    expect(port?.backends.map((b) => `${formatIpv4(b.ip)}:${b.port}`)).toEqual(['10.1.1.1:9090']);
  });

  it.each([
    ['broken YAML', 'a: [1', 'K001', 1],
    ['a document that is no object', 'just: text', 'K002', 1],
    ['an object without a name', 'apiVersion: v1\nkind: Pod\nmetadata: {}\n', 'K003', 3],
    ['a port of the wrong type', service('{ ports: [{ port: "80" }] }'), 'K004', 5],
    ['a port out of range', service('{ ports: [{ port: 70000 }] }'), 'K005', 5],
    ['an unknown kind', 'apiVersion: example.org/v1\nkind: Gadget\nmetadata: { name: g }\n', 'K006', 2],
    ['the same Pod twice', pod('a', {}) + pod('a', {}), 'K007', 7],
    ['an address that is none', service('{ clusterIP: 10.0.0, ports: [{ port: 80 }] }'), 'K008', 5],
    ['a Service without endpoints', service('{ selector: { app: no }, ports: [{ port: 80 }] }'), 'K010', 5],
    [
      'a Pod on a node that is not there',
      `apiVersion: v1\nkind: Node\nmetadata: { name: n }\n${pod('a', {}, { node: 'm' })}`,
      'K013',
      5,
    ],
    ['nothing at all', '', 'K015', undefined],
    [
      'a policy of a kind that is not read',
      'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: { name: g }\n',
      'K012',
      2,
    ],
  ])('reports %s with its code and line, in one line', (_what, text, code, line) => {
    const cluster = clusterOf(text);
    const problem = cluster.problems.find((p) => p.code === code);
    expect(problem, JSON.stringify(cluster.problems)).toBeDefined();
    expect(problem?.line).toBe(line);
    expect(problem?.message).not.toContain('\n');
  });

  it('goes on after a bad document', () => {
    const cluster = clusterOf(`a: [1\n---\n${pod('web', {})}`);
    expect(codesOf(cluster)).toContain('K001');
    expect(cluster.pods).toHaveLength(1);
  });
});
