import { type DatapathObjectName, datapathElf } from '@sluice/datapath';
import { type Btf, encodeBtfValue, type ObjectSpec, parseBtf, readObject } from '@sluice/ebpf';
import type { BpfKernel, LoadedObject, MapHandle } from '@sluice/engine';
import type { DatapathMap, MapEntry } from '../state/map-entry.ts';

/** One node's programs, loaded, and the maps they share. */
export interface LoadedDatapath {
  readonly objects: Readonly<Record<DatapathObjectName, LoadedObject>>;
  readonly maps: ReadonlyMap<string, MapHandle>;
  /** Writes entries in the maps' own layouts. */
  write(entries: readonly MapEntry[]): void;
}

/** Values that the programs are loaded with; see `config.bpf.ts` of the datapath. */
export interface DatapathConfig {
  readonly nodeIp: number;
  readonly nodeIfindex: number;
  /** Tell every decision through the event ring, not only drops. */
  readonly tellAll: boolean;
  /** Translate services on packets, for Pods whose sockets did not. */
  readonly packetLb: boolean;
}

/** Loads the three objects into one kernel. Maps of the same name are one map. Throws EngineError where refused. */
export function loadDatapath(kernel: BpfKernel, config: DatapathConfig): LoadedDatapath {
  const shared = new Map<string, MapHandle>();
  const constants = {
    NODE_IP: networkOrder(config.nodeIp),
    NODE_IFINDEX: config.nodeIfindex,
    TELL_ALL: Number(config.tellAll),
    PACKET_LB: Number(config.packetLb),
  };
  const load = (name: DatapathObjectName): LoadedObject => {
    const object = kernel.loadObject(datapathObject(name).spec, { shared, constants, verified: true });
    for (const [mapName, map] of object.maps) if (!mapName.startsWith('.')) shared.set(mapName, map);
    return object;
  };
  const objects = { pod: load('pod'), netdev: load('netdev'), socket: load('socket') };
  return { objects, maps: shared, write: (entries) => writeEntries(shared, entries) };
}

/** A 32-bit address as the bytes of a packet read by a little-endian machine. */
function networkOrder(address: number): number {
  const swapped = ((address & 0xff) << 24) | ((address & 0xff00) << 8) | ((address >>> 8) & 0xff00) | (address >>> 24);
  return swapped >>> 0;
}

interface ReadObject {
  readonly spec: ObjectSpec;
  readonly btf: Btf;
}

const read = new Map<DatapathObjectName, ReadObject>();

/** An object's Spec and types; read once. */
export function datapathObject(name: DatapathObjectName): ReadObject {
  let object = read.get(name);
  if (!object) {
    const result = readObject(datapathElf(name));
    if (!result.ok) throw new Error(`assertion: our own object ${name} does not read: ${result.problem.message}`);
    const btf = parseBtf(result.object.btf ?? new Uint8Array());
    if (!btf.ok) throw new Error(`assertion: our own object ${name} has bad BTF: ${btf.problem.message}`);
    object = { spec: result.object, btf: btf.btf };
    read.set(name, object);
  }
  return object;
}

function writeEntries(maps: ReadonlyMap<string, MapHandle>, entries: readonly MapEntry[]): void {
  const byMap = new Map<DatapathMap, MapEntry[]>();
  for (const entry of entries) {
    const group = byMap.get(entry.map);
    if (group) group.push(entry);
    else byMap.set(entry.map, [entry]);
  }
  for (const [name, group] of byMap) {
    const map = maps.get(name);
    if (!map) throw new Error(`assertion: no program has the map ${name}`);
    const { key, value } = typesOf(name);
    const { keySize, valueSize } = map.spec;
    map.setMany(group.map((entry) => [encode(key, entry.key, keySize), encode(value, entry.value, valueSize)]));
  }
}

interface TypeIn {
  readonly btf: Btf;
  readonly id: number;
}

/** Where a map's key and value types stand: in the first object that has the map. */
function typesOf(name: DatapathMap): { key: TypeIn; value: TypeIn } {
  for (const object of ['pod', 'netdev', 'socket'] as const) {
    const { spec, btf } = datapathObject(object);
    const map = spec.maps.find((candidate) => candidate.name === name);
    if (map?.keyTypeId === undefined || map.valueTypeId === undefined) continue;
    return { key: { btf, id: map.keyTypeId }, value: { btf, id: map.valueTypeId } };
  }
  throw new Error(`assertion: map ${name} has no types`);
}

function encode(type: TypeIn, value: MapEntry['key'], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const complaint = encodeBtfValue(type.btf, type.id, value, bytes);
  if (complaint) throw new Error(`assertion: ${complaint}`);
  return bytes;
}
