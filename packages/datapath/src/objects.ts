import { OBJECTS } from './objects.gen.ts';

export type DatapathObjectName = 'pod' | 'netdev' | 'socket';

/** A compiled object, as ELF bytes. Made by the build from `bpf/*.bpf.ts`, which also verified it. */
export function datapathElf(name: DatapathObjectName): Uint8Array {
  const binary = atob(OBJECTS[name]);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
