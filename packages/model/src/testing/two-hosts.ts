import type { Nic } from '../drivers/nic.ts';
import type { Segment } from '../drivers/segment.ts';
import type { ModelHost } from '../kernel/host.ts';
import type { MachineOptions } from '../kernel/machine.ts';
import { createModelKernel, type ModelKernel } from '../kernel/model-kernel.ts';

export interface TwoHosts {
  readonly kernel: ModelKernel;
  readonly segment: Segment;
  /** 10.0.0.1 */
  readonly a: ModelHost;
  readonly aNic: Nic;
  /** 10.0.0.2 */
  readonly b: ModelHost;
  readonly bNic: Nic;
}

/** Two hosts on one segment: `a` has 10.0.0.1/24, `b` 10.0.0.2/24, each on its `eth0`. */
export function twoHosts(options: MachineOptions = {}): TwoHosts {
  const kernel = createModelKernel(options);
  const segment = kernel.createSegment('lan');
  const a = kernel.createHost({ name: 'a' });
  const b = kernel.createHost({ name: 'b' });
  const aNic = a.root.addNic('eth0', segment, { mac: '02:00:00:00:00:01' });
  const bNic = b.root.addNic('eth0', segment, { mac: '02:00:00:00:00:02' });
  a.root.addAddress(aNic, '10.0.0.1/24');
  b.root.addAddress(bNic, '10.0.0.2/24');
  return { kernel, segment, a, aNic, b, bNic };
}
