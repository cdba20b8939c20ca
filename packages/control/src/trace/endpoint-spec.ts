import type { Problem } from '@sluice/engine';
import { parseIpv4 } from '@sluice/wire';
import type { Protocol } from '../objects/protocol.ts';

/** What a person wrote as source or target, taken apart but not yet looked up. */
export type EndpointSpec =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string; readonly port?: PortSpec }
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string; readonly port?: PortSpec }
  | { readonly kind: 'node'; readonly name: string; readonly port?: PortSpec }
  | { readonly kind: 'ip'; readonly ip: number; readonly port?: PortSpec };

/** A number, or the name of a Service's or container's port. */
export interface PortSpec {
  readonly port: number | string;
  /** undefined: not said. */
  readonly protocol?: Protocol;
}

const TRACEABLE: Readonly<Record<string, Protocol>> = { tcp: 'TCP', udp: 'UDP' };
const FORMS = 'ns/pod, svc/ns/name:port/proto, node/name:port/proto or ip:port/proto';

/** Parses `shop/web`, `shop/db:5432/tcp`, `svc/shop/api:80`, `node/node-1:30080/tcp`, `10.9.9.9:443/tcp`. */
export function parseEndpoint(text: string): EndpointSpec | Problem {
  const colon = text.indexOf(':');
  const place = colon < 0 ? text : text.slice(0, colon);
  const port = colon < 0 ? undefined : parsePort(text.slice(colon + 1));
  if (port && 'code' in port) return port;
  const withPort = port ? { port } : {};
  const parts = place.split('/');
  if (parts.some((part) => part === '')) return bad(`'${text}' is not a source or target`, `write ${FORMS}`);
  if (parts[0] === 'svc' && parts.length === 3) {
    return { kind: 'service', namespace: parts[1] as string, name: parts[2] as string, ...withPort };
  }
  if (parts[0] === 'node' && parts.length === 2) return { kind: 'node', name: parts[1] as string, ...withPort };
  if (parts.length === 2) return { kind: 'pod', namespace: parts[0] as string, name: parts[1] as string, ...withPort };
  const ip = parts.length === 1 ? parseIpv4(place) : undefined;
  if (ip !== undefined) return { kind: 'ip', ip, ...withPort };
  return bad(`'${text}' is not a source or target`, `write ${FORMS}`);
}

function parsePort(text: string): PortSpec | Problem {
  const [portText = '', protocolText, ...rest] = text.split('/');
  if (portText === '' || rest.length > 0) return bad(`':${text}' is not a port`, 'write :80, :80/tcp or :dns/udp');
  const protocol = protocolText === undefined ? undefined : TRACEABLE[protocolText.toLowerCase()];
  if (protocolText !== undefined && !protocol) return bad(`protocol '${protocolText}' cannot be traced`, 'tcp or udp');
  const withProtocol = protocol ? { protocol } : {};
  if (!/^\d+$/.test(portText)) return { port: portText, ...withProtocol };
  const port = Number(portText);
  if (port < 1 || port > 65535) return bad(`port ${portText} is not between 1 and 65535`);
  return { port, ...withProtocol };
}

function bad(message: string, remedy?: string): Problem {
  return { severity: 'error', code: 'Q001', message, ...(remedy ? { remedy } : {}) };
}
