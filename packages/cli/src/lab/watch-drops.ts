import { type DropNotice, dropNotices, type ProgrammedCluster } from '@sluice/control';
import { formatIpv4 } from '@sluice/wire';

/** How often the nodes' event rings are emptied. */
const PERIOD_MS = 100;

/** Prints a line for each packet that the programs drop, until `close`. */
export function watchDrops(cluster: ProgrammedCluster, print: (line: string) => void): { close(): void } {
  const timer = setInterval(() => {
    for (const notice of dropNotices(cluster)) print(dropLine(notice));
  }, PERIOD_MS);
  return { close: () => clearInterval(timer) };
}

function dropLine({ node, tuple, protocol, reason, because }: DropNotice): string {
  const from = `${formatIpv4(tuple.src)}:${tuple.srcPort}`;
  const to = `${formatIpv4(tuple.dst)}:${tuple.dstPort}`;
  return `${node}: drop ${reason}: ${protocol} ${from} → ${to}, because ${because}`;
}
