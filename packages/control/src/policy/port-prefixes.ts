/** Ports that share their first `bits` bits with `port`; 0 bits is every port. */
export interface PortPrefix {
  readonly port: number;
  readonly bits: number;
}

/** The fewest prefixes that cover `first`…`last` exactly: port ranges become entries of a prefix trie. */
export function portPrefixes(first: number, last: number): PortPrefix[] {
  const prefixes: PortPrefix[] = [];
  let port = first;
  while (port <= last) {
    let free = port === 0 ? 16 : Math.min(16, 31 - Math.clz32(port & -port));
    while (port + 2 ** free - 1 > last) free--;
    prefixes.push({ port, bits: 16 - free });
    port += 2 ** free;
  }
  return prefixes;
}
