import { EngineError } from '@sluice/engine';
import { type Ipv4Prefix, parseIpv4, parseIpv4Prefix, parseMac } from '@sluice/wire';

/** The address that a caller wrote. Throws EngineError EINVAL where the text is none. */
export function addressArgument(operation: string, text: string): number {
  const address = parseIpv4(text);
  if (address === undefined) throw new EngineError(operation, 'EINVAL', `'${text}' is not an IPv4 address`);
  return address;
}

/** The prefix that a caller wrote. Throws EngineError EINVAL where the text is none. */
export function prefixArgument(operation: string, text: string): Ipv4Prefix {
  const prefix = parseIpv4Prefix(text);
  if (prefix === undefined) throw new EngineError(operation, 'EINVAL', `'${text}' is not an IPv4 prefix`);
  return prefix;
}

/** The MAC address that a caller wrote. Throws EngineError EINVAL where the text is none. */
export function macArgument(operation: string, text: string): Uint8Array {
  const mac = parseMac(text);
  if (mac === undefined) throw new EngineError(operation, 'EINVAL', `'${text}' is not a MAC address`);
  return mac;
}
