import { readFileSync } from 'node:fs';
import type { Journey } from '@sluice/engine';
import { createModelKernel } from '@sluice/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCluster } from '../cluster/build-cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { clusterOf, pod, policy } from '../testing/manifests.ts';
import { mayConnect, type OraclePod, type OraclePolicy } from '../testing/policy-oracle.ts';
import { type AskOptions, ask } from './ask.ts';
import { askEveryBackend } from './ask-every-backend.ts';
import { readQuestion } from './question.ts';

const shop = buildCluster(
  ['cluster', 'workloads', 'services', 'policies'].map((name) => {
    const file = new URL(`../../../../examples/shop/${name}.yaml`, import.meta.url);
    return { file: `${name}.yaml`, text: readFileSync(file, 'utf8') };
  }),
);

async function journeyOf(
  cluster: Cluster,
  from: string,
  to: string,
  options: AskOptions = {},
  seed = 1,
): Promise<Journey> {
  const question = readQuestion(cluster, from, to);
  if ('code' in question) throw new Error(question.message);
  return ask(createModelKernel({ seed, engine: 'interpreter' }), cluster, question, options);
}

const steps = (journey: Journey) => journey.packets.flatMap((packet) => packet.steps);

describe.each([
  ['translating at connect(2)', true],
  ['translating on packets', false],
])('the shop, %s', (_how, socketLb) => {
  const options = { socketLb };

  it.each([1, 2, 3, 4, 5, 6])('web reaches api through its Service (seed %i)', async (seed) => {
    const journey = await journeyOf(shop, 'shop/web', 'svc/shop/api:80/tcp', options, seed);
    expect(journey).toMatchObject({ verdict: 'delivered', missing: [] });
    expect(journey.summary).toMatch(/shop\/api-[12] sees 10\.244\.1\.\d+:/);
  });

  it('api reaches db through its Service', async () => {
    expect(await journeyOf(shop, 'shop/api-1', 'svc/shop/db:5432', options)).toMatchObject({ verdict: 'delivered' });
  });

  it('an office client reaches a node port, and is seen with its own address', async () => {
    const journey = await journeyOf(shop, '10.9.9.9', 'node/node-1:30080/tcp', options);
    expect(journey.summary).toMatch(/shop\/api-1 sees 10\.9\.9\.9:/);
  });
});

describe('the shop', () => {
  it('reaches both backends as the seed goes', async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const { summary } = await journeyOf(shop, 'shop/web', 'svc/shop/api:80/tcp', {}, seed);
      seen.add(/api-[12]/.exec(summary)?.[0] ?? summary);
    }
    expect([...seen].sort()).toEqual(['api-1', 'api-2']);
  });

  it('denies batch the db, and names policy, file and line', async () => {
    const journey = await journeyOf(shop, 'shop/batch', 'shop/db:5432/tcp');
    expect(journey).toMatchObject({
      verdict: 'dropped',
      reason: 'POLICY_DENIED',
      because: {
        kind: 'no-policy-rule',
        object: { kind: 'NetworkPolicy', name: 'db-only-from-api', file: 'policies.yaml' },
      },
    });
    const [last] = steps(journey).filter((step) => step.verdict === 'drop');
    expect(last).toMatchObject({ node: 'node-2', program: 'to_container' });
  });

  it('names the rule that admits', async () => {
    const journey = await journeyOf(shop, 'shop/web', 'svc/shop/api:80/tcp');
    const admitted = steps(journey).find((step) => step.program === 'to_container' && step.because?.kind === 'policy');
    expect(admitted?.because?.object).toMatchObject({ name: 'api-from-web', path: 'spec.ingress[0].from[0]' });
  });

  it('answers of an admitted connection need no rule', async () => {
    const journey = await journeyOf(shop, 'shop/web', 'svc/shop/api:80/tcp');
    const replies = journey.packets.filter((packet) => packet.direction === 'reply').flatMap((packet) => packet.steps);
    expect(replies.some((step) => step.because?.kind === 'conntrack')).toBe(true);
  });

  it('refuses a ClusterIP that is addressed from outside', async () => {
    const journey = await journeyOf(shop, '10.9.9.9', 'svc/shop/api:80/tcp');
    expect(journey.verdict).not.toBe('delivered');
  });

  it('is undecided about what stands outside, and about ports that nobody declares', async () => {
    const outside = await journeyOf(shop, 'shop/web', '8.8.8.8:443/tcp');
    expect(outside).toMatchObject({
      verdict: 'undecidable',
      missing: ['what stands at 8.8.8.8:443/tcp outside the cluster'],
    });
    const undeclared = await journeyOf(shop, 'shop/web', 'shop/batch:9000/tcp');
    expect(undeclared).toMatchObject({
      verdict: 'undecidable',
      missing: [expect.stringContaining('shop/batch port 9000/tcp')],
    });
  });

  it('leaves the cluster with the node as source', async () => {
    const journey = await journeyOf(shop, 'shop/web', '8.8.8.8:443/tcp');
    const changes = steps(journey).flatMap((step) => step.changes);
    expect(changes).toContainEqual(expect.objectContaining({ field: 'ip.saddr', after: '172.18.0.11' }));
  });

  it('is undecided where the verdict depends on the backend that chance chooses', async () => {
    const question = readQuestion(shop, 'shop/api-1', 'svc/shop/api:80/tcp');
    if ('code' in question) throw new Error(question.message);
    const journey = await askEveryBackend(() => createModelKernel({ engine: 'interpreter' }), shop, question);
    expect(journey).toMatchObject({
      verdict: 'undecidable',
      missing: ['which backend chance chooses (shop/api-1: delivered, shop/api-2: dropped (POLICY_DENIED))'],
    });
  });

  it('is undecided where a policy of an unread kind could turn the verdict', async () => {
    const text = 'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: { name: extra, namespace: shop }\n';
    const cluster = clusterOf(
      `${pod('web', { app: 'web' })}${pod('api', { app: 'api' }, { ports: [80] })}---\n${text}`,
    );
    expect(await journeyOf(cluster, 'shop/web', 'shop/api')).toMatchObject({
      verdict: 'undecidable',
      missing: [expect.stringContaining('CiliumNetworkPolicy shop/extra')],
    });
  });

  it('is undecided where a policy asks for labels of a namespace that nothing describes', async () => {
    const from = [{ namespaceSelector: { matchLabels: { team: 'a' } } }];
    const manifests = `${pod('web', { app: 'web' }, { namespace: 'other' })}${pod('api', { app: 'api' }, { ports: [80] })}${policy('p', { podSelector: { matchLabels: { app: 'api' } }, ingress: [{ from }] })}`;
    const namespace = '---\napiVersion: v1\nkind: Namespace\nmetadata: { name: other, labels: { team: a } }\n';
    expect(await journeyOf(clusterOf(manifests), 'other/web', 'shop/api')).toMatchObject({
      verdict: 'undecidable',
      missing: [expect.stringContaining('the labels of namespace other')],
    });
    expect(await journeyOf(clusterOf(manifests + namespace), 'other/web', 'shop/api')).toMatchObject({
      verdict: 'delivered',
    });
  });

  it('is undecided whether a Pod that is not ready listens', async () => {
    const sick = `${pod('api', { app: 'api' }, { ports: [80] }).trimEnd()}\nstatus: { conditions: [{ type: Ready, status: "False" }] }\n`;
    const cluster = clusterOf(pod('web', { app: 'web' }) + sick);
    expect(await journeyOf(cluster, 'shop/web', 'shop/api')).toMatchObject({
      verdict: 'undecidable',
      missing: [expect.stringContaining('the Pod is not ready')],
    });
  });
});

describe.each([
  ['translating at connect(2)', true],
  ['translating on packets', false],
])('UDP, %s', (_how, socketLb) => {
  const dns = pod('dns', { app: 'dns' }, { node: 'n2' }).replace(
    'ports: []',
    'ports: [{ containerPort: 53, protocol: UDP }]',
  );
  const cluster = clusterOf(`${pod('web', { app: 'web' }, { node: 'n1' })}${dns}---
apiVersion: v1
kind: Service
metadata: { name: dns, namespace: shop }
spec: { selector: { app: dns }, ports: [{ port: 53, protocol: UDP }] }
`);

  it('reaches a Service, and the answer seems to come from its address', async () => {
    const journey = await journeyOf(cluster, 'shop/web', 'svc/shop/dns:53/udp', { socketLb });
    expect(journey.verdict, journey.summary).toBe('delivered');
  });

  it('is undecided about a port that nobody declares', async () => {
    const journey = await journeyOf(cluster, 'shop/web', 'shop/dns:54/udp', { socketLb });
    expect(journey).toMatchObject({
      verdict: 'undecidable',
      missing: [expect.stringContaining('shop/dns port 54/udp')],
    });
  });
});

describe('a Service with node ports on every node (externalTrafficPolicy: Cluster)', () => {
  const cluster =
    clusterOf(`${pod('one', { app: 'a' }, { node: 'n1' })}${pod('two', { app: 'b' }, { node: 'n2', ports: [8080] })}---
apiVersion: v1
kind: Service
metadata: { name: s, namespace: shop }
spec: { type: NodePort, selector: { app: b }, ports: [{ port: 80, targetPort: 8080, nodePort: 30001 }] }
`);

  it('reaches a backend on another node, and the answer comes back through the node that was asked', async () => {
    const journey = await journeyOf(cluster, '10.9.9.9', 'node/n1:30001/tcp');
    expect(journey.verdict, journey.summary).toBe('delivered');
    expect(journey.summary).toContain('shop/two sees 172.18.0.11:');
  });

  it('is reached from a Pod through any node', async () => {
    for (const target of ['node/n1:30001', 'node/n2:30001', 'svc/shop/s:80']) {
      expect((await journeyOf(cluster, 'shop/one', target)).verdict, target).toBe('delivered');
    }
  });
});

describe('policies of every shape', () => {
  const labels = fc.record(
    { app: fc.constantFrom('a', 'b'), tier: fc.constantFrom('x', 'y') },
    { requiredKeys: ['app'] },
  );
  const selector = fc.record(
    {
      matchLabels: fc.record({ app: fc.constantFrom('a', 'b'), tier: fc.constantFrom('x', 'y') }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );
  const namespaces = fc.constantFrom('red', 'blue');
  const peer = fc
    .record(
      {
        podSelector: selector,
        namespaceSelector: fc.record({ matchLabels: fc.record({ 'kubernetes.io/metadata.name': namespaces }) }),
      },
      { requiredKeys: [] },
    )
    .filter((p) => p.podSelector !== undefined || p.namespaceSelector !== undefined);
  const port = fc.oneof(
    fc.constant({ protocol: 'TCP' }),
    fc.record({ protocol: fc.constantFrom('TCP', 'UDP'), port: fc.constantFrom(80, 81) }),
    fc.constant({ protocol: 'TCP', port: 70, endPort: 80 }),
  );
  const rule = (side: 'from' | 'to') =>
    fc.record(
      { [side]: fc.array(peer, { minLength: 1, maxLength: 2 }), ports: fc.array(port, { minLength: 1, maxLength: 2 }) },
      { requiredKeys: [] },
    );
  const oraclePolicy = fc.record({
    namespace: namespaces,
    spec: fc.record({
      podSelector: selector,
      policyTypes: fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
      ingress: fc.array(rule('from'), { maxLength: 2 }),
      egress: fc.array(rule('to'), { maxLength: 2 }),
    }),
  });

  it('decide in the datapath as their definition says', async () => {
    const pods = fc.array(fc.record({ namespace: namespaces, labels, node: fc.constantFrom('n1', 'n2') }), {
      minLength: 2,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        pods,
        fc.array(oraclePolicy, { maxLength: 3 }),
        fc.constantFrom(80, 81),
        async (given, rules, target) => {
          const named: OraclePod[] = given.map((p, i) => ({
            namespace: p.namespace,
            name: `p${i}`,
            labels: p.labels as Record<string, string>,
          }));
          const policies = rules.map((r, i) => ({ ...r, name: `policy-${i}` })) as unknown as OraclePolicy[];
          const text =
            given
              .map((p, i) =>
                pod(`p${i}`, p.labels as Record<string, string>, {
                  namespace: p.namespace,
                  node: p.node,
                  ports: [80, 81],
                }),
              )
              .join('') + policies.map((p) => policy(p.name, p.spec, p.namespace)).join('');
          const [from, to] = named as [OraclePod, OraclePod];
          const journey = await journeyOf(clusterOf(text), `${from.namespace}/p0`, `${to.namespace}/p1:${target}`);
          const expected = mayConnect(policies, from, to, target) ? 'delivered' : 'dropped';
          expect(journey.verdict, `${journey.summary}\n${text}`).toBe(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});
