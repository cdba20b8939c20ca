import type { ModelHost } from '../kernel/host.ts';
import { createModelKernel, type ModelKernel } from '../kernel/model-kernel.ts';

export interface RoutedHosts {
  readonly kernel: ModelKernel;
  /** 10.0.0.1, default route by the router. */
  readonly a: ModelHost;
  /** 10.0.0.254 on `eth0`, 10.0.1.254 on `eth1`; forwards. */
  readonly router: ModelHost;
  /** 10.0.1.2, default route by the router. */
  readonly b: ModelHost;
}

/** Two hosts on two segments with a router between them. */
export function routedHosts(options: { readonly rightMtu?: number } = {}): RoutedHosts {
  const kernel = createModelKernel();
  const left = kernel.createSegment('left');
  const right = kernel.createSegment('right');
  const [a, router, b] = ['a', 'router', 'b'].map((name) => kernel.createHost({ name })) as [
    ModelHost,
    ModelHost,
    ModelHost,
  ];
  const mtu = options.rightMtu === undefined ? {} : { mtu: options.rightMtu };
  const aNic = a.root.addNic('eth0', left, { mac: '02:00:00:00:00:01' });
  const toLeft = router.root.addNic('eth0', left, { mac: '02:00:00:00:01:01' });
  const toRight = router.root.addNic('eth1', right, { mac: '02:00:00:00:01:02', ...mtu });
  const bNic = b.root.addNic('eth0', right, { mac: '02:00:00:00:00:02', ...mtu });
  a.root.addAddress(aNic, '10.0.0.1/24');
  router.root.addAddress(toLeft, '10.0.0.254/24');
  router.root.addAddress(toRight, '10.0.1.254/24');
  b.root.addAddress(bNic, '10.0.1.2/24');
  router.root.setSysctl('net.ipv4.ip_forward', '1');
  a.root.addRoute({ to: '0.0.0.0/0', via: '10.0.0.254', device: aNic });
  b.root.addRoute({ to: '0.0.0.0/0', via: '10.0.1.254', device: bNic });
  return { kernel, a, router, b };
}
