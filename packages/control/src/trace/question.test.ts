import { describe, expect, it } from 'vitest';
import { clusterOf, pod } from '../testing/manifests.ts';
import { readQuestion } from './question.ts';

const cluster =
  clusterOf(`${pod('web', { app: 'web' }, { ports: [8080] })}${pod('db', { app: 'db' }, { ports: [5432, 9187] })}---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`);

describe('readQuestion()', () => {
  it('reads Pods, Services, nodes and addresses', () => {
    for (const target of [
      'svc/shop/web:80/tcp',
      'svc/shop/web:http',
      'svc/shop/web',
      'shop/web',
      'shop/db:5432/tcp',
      'node/node-1:30080',
      '10.244.1.2:80',
      '8.8.8.8:53/udp',
    ]) {
      expect(readQuestion(cluster, 'shop/db', target), target).toHaveProperty('target');
    }
  });

  it('takes a Pod by its address', () => {
    const question = readQuestion(cluster, '10.244.1.2', 'shop/db:5432');
    expect(question).toMatchObject({ source: { kind: 'pod' } });
  });

  it.each([
    ['shop/wep', 'shop/db:5432', 'shop/web'],
    ['shop/web', 'svc/shop/wob:80', 'shop/web'],
    ['shop/web', 'node/node-2:80', 'node-1'],
  ])('names the nearest to what is not there: %s → %s', (from, to, near) => {
    expect(readQuestion(cluster, from, to)).toMatchObject({ code: 'Q004', remedy: expect.stringContaining(near) });
  });

  it.each([
    ['shop/web', 'shop/db', 'Q005'],
    ['shop/web', 'svc/shop/web:81', 'Q005'],
    ['shop/web', '8.8.8.8', 'Q005'],
    ['shop/web', 'shop/db:0', 'Q001'],
    ['shop/web', 'shop/db:1/gre', 'Q001'],
    ['', 'shop/db:1', 'Q001'],
    ['svc/shop/web', 'shop/db:1', 'Q003'],
    ['10.244.1.77', 'shop/db:1', 'Q004'],
    ['shop/web:http', 'shop/db:1', 'Q002'],
  ])('refuses %s → %s with %s', (from, to, code) => {
    expect(readQuestion(cluster, from, to)).toMatchObject({ code });
  });
});
