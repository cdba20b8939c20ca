import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '@sluice/control';
import { formatIpv4 } from '@sluice/wire';

/**
 * Writes one hosts file for each Kubernetes namespace: a Service by its name alone in its own namespace, and everywhere
 * as `name.namespace`, `name.namespace.svc` and `name.namespace.svc.cluster.local`. Returns their paths.
 */
export function writeHostsFiles(cluster: Cluster, folder: string): Record<string, string> {
  const paths: Record<string, string> = {};
  for (const namespace of cluster.namespaces.keys()) {
    const lines = cluster.services.flatMap(({ service, clusterIp }) => {
      if (clusterIp === undefined) return [];
      const full = `${service.name}.${service.namespace}`;
      const names = [full, `${full}.svc`, `${full}.svc.cluster.local`];
      if (service.namespace === namespace) names.unshift(service.name);
      return [`${formatIpv4(clusterIp)} ${names.join(' ')}`];
    });
    const path = join(folder, `hosts-${namespace}`);
    writeFileSync(path, `127.0.0.1 localhost\n${lines.join('\n')}\n`);
    paths[namespace] = path;
  }
  return paths;
}
