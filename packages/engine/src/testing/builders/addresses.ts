/** MAC addresses of the scenarios' devices, and of those who exist only as frames. */
export const MAC = {
  /** Left neighbour's end of the cable. */
  a: '02:00:00:00:00:0a',
  /** The host under test, on its left. */
  b: '02:00:00:00:00:0b',
  /** The host under test, on its right. */
  right: '02:00:00:00:00:1b',
  /** Right neighbour's end of the cable. */
  c: '02:00:00:00:00:0c',
  /** A stranger on the left whose frames are written by hand, and one on the right. */
  stranger: '02:00:00:00:00:09',
  farStranger: '02:00:00:00:00:19',
  broadcast: 'ff:ff:ff:ff:ff:ff',
} as const;

/** IPv4 addresses that go with them. */
export const IP = {
  a: '10.0.0.1',
  b: '10.0.0.2',
  right: '10.0.1.1',
  stranger: '10.0.0.9',
  farStranger: '10.0.1.9',
} as const;
