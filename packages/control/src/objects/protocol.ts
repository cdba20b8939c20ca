import type { Field } from '../manifest/field.ts';

/** Transport protocols a Service or policy can name. */
export type Protocol = 'TCP' | 'UDP' | 'SCTP';

export const IPPROTO: Readonly<Record<Protocol, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

/** Reads a protocol; absent means TCP. */
export function readProtocol(field: Field): Protocol {
  const text = field.string() ?? 'TCP';
  if (text === 'TCP' || text === 'UDP' || text === 'SCTP') return text;
  field.report('K005', `unknown protocol '${text}'`, 'TCP, UDP or SCTP');
  return 'TCP';
}

/** The protocol of an IP protocol number, if it is one of these. */
export function protocolOf(ipProtocol: number): Protocol | undefined {
  return (Object.keys(IPPROTO) as Protocol[]).find((name) => IPPROTO[name] === ipProtocol);
}
