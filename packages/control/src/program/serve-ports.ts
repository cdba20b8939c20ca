import type { NetNs } from '@sluice/engine';
import type { ClusterPod } from '../cluster/cluster.ts';
import type { ProgrammedCluster, ProgrammedNode } from './program-cluster.ts';

/**
 * Starts a small server on every port that a container declares. It answers each request with who it is and whom it
 * sees, so that a client knows which backend it got.
 */
export function servePorts(cluster: ProgrammedCluster): void {
  for (const node of cluster.nodes) {
    for (const pod of cluster.state.cluster.pods) if (pod.node === node.node) servePod(node, pod);
  }
}

/** The namespace a Pod's processes live in. */
export function netnsOf(node: ProgrammedNode, pod: ClusterPod): NetNs {
  return node.pods.get(pod)?.netns ?? node.host.root;
}

/** Whether a Pod that is not ready listens where it says is not known: nothing is started there. */
function servePod(node: ProgrammedNode, pod: ClusterPod): void {
  if (!pod.pod.ready) return;
  const netns = netnsOf(node, pod);
  const name = `${pod.pod.namespace}/${pod.pod.name}`;
  for (const { port, protocol } of pod.pod.ports) {
    if (protocol === 'TCP') serveTcp(netns, name, port);
    else if (protocol === 'UDP') serveUdp(netns, name, port);
  }
}

function serveTcp(netns: NetNs, name: string, port: number): void {
  netns.tcpListen('0.0.0.0', port, (connection) => {
    const { address, port: theirs } = connection.peer();
    connection.onData((request) => {
      const line = `${name} sees ${address}:${theirs}\n`;
      connection.send(text(isHttp(request) ? httpAnswer(line) : line));
      connection.close();
    });
  });
}

/** Whether a request speaks HTTP, as curl does. */
function isHttp(request: Uint8Array): boolean {
  return /^[A-Z]+ \S+ HTTP\/1\.[01]\r\n/.test(new TextDecoder().decode(request.subarray(0, 2048)));
}

function httpAnswer(line: string): string {
  const headers = [
    'HTTP/1.1 200 OK',
    'Content-Type: text/plain',
    `Content-Length: ${line.length}`,
    'Connection: close',
  ];
  return `${headers.join('\r\n')}\r\n\r\n${line}`;
}

function serveUdp(netns: NetNs, name: string, port: number): void {
  const socket = netns.udpSocket();
  socket.bind('0.0.0.0', port);
  socket.onMessage((_payload, from) => {
    socket.send(text(`${name} sees ${from.address}:${from.port}\n`), from);
  });
}

const text = (line: string): Uint8Array => new TextEncoder().encode(line);
