import { OBJECTS } from './objects.gen.ts';

export type DatapathObjectName = 'pod' | 'netdev' | 'socket';

/** The compiled objects, as ELF bytes. Made by the build from `bpf/*.bpf.ts`. */
export const DATAPATH_OBJECTS: Readonly<Record<DatapathObjectName, Uint8Array>> = {
  pod: decode(OBJECTS.pod),
  netdev: decode(OBJECTS.netdev),
  socket: decode(OBJECTS.socket),
};

function decode(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
