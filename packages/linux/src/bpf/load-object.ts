import type { MapSpec, ObjectSpec, ProgramSpec } from '@sluice/ebpf';
import { type BpfKernel, EngineError, type LoadedObject, type LoadOptions, type MapHandle } from '@sluice/engine';
import { systemError } from '../syscall/errno.ts';
import { libc } from '../syscall/libc.ts';
import { btfStrings } from './debug-info.ts';
import { createMap, LinuxMap } from './map.ts';
import { type LinuxProgram, loadProgram, type ProgramBtf } from './program.ts';
import { BPF_CMD, bpfArena, sysBpf } from './sys-bpf.ts';

/** The BPF half of the engine contract on the running kernel. Nothing is attached; closing gives everything back. */
export function linuxBpf(): BpfKernel {
  return {
    kind: 'linux',
    createMap: (spec) => createMap(spec),
    loadObject: (object, options) => loadObject(object, options ?? {}),
  };
}

function loadObject(object: ObjectSpec, options: LoadOptions): LoadedObject {
  const owned: { close(): void }[] = [];
  const close = () => {
    for (const thing of owned.splice(0).reverse()) thing.close();
  };
  try {
    const btf = object.btf ? loadBtf(object.btf) : undefined;
    if (btf) owned.push({ close: () => libc().close(btf.fd) });
    const maps = new Map<string, MapHandle>();
    for (const spec of object.maps) {
      const map = options.shared?.get(spec.name) ?? createMap(withConstants(spec, object, options), btf?.fd);
      if (!options.shared?.has(spec.name)) owned.push(map);
      maps.set(spec.name, map);
    }
    const programs = new Map<string, LinuxProgram>();
    for (const spec of object.programs) {
      if (options.programs && !options.programs.includes(spec.name)) continue;
      const program = loadProgram(spec, relocate(spec, maps), object.license, btf);
      owned.push(program);
      programs.set(spec.name, program);
    }
    return { maps, programs, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The map's spec with load-time constants written into its initial contents. */
function withConstants(spec: MapSpec, object: ObjectSpec, options: LoadOptions): MapSpec {
  const mine = object.constants.filter((c) => c.map === spec.name && options.constants?.[c.name] !== undefined);
  if (mine.length === 0 || !spec.initial) return spec;
  const initial = spec.initial.slice();
  for (const { name, offset, size } of mine) {
    let rest = BigInt(options.constants?.[name] ?? 0);
    for (let i = 0; i < size; i++, rest >>= 8n) initial[offset + i] = Number(rest & 0xffn);
  }
  return { ...spec, initial };
}

/** The code with file descriptors in place of map names. Spec: Documentation/bpf/instruction-set, 64-bit immediates. */
function relocate(spec: ProgramSpec, maps: ReadonlyMap<string, MapHandle>): Uint8Array {
  const code = spec.code.slice();
  const view = new DataView(code.buffer);
  for (const relocation of spec.relocations) {
    const map = maps.get(relocation.map);
    if (!(map instanceof LinuxMap)) {
      throw new EngineError(`relocating ${spec.name}`, 'EINVAL', `map ${relocation.map} is not one of this kernel's`);
    }
    const at = relocation.slot * 8;
    const kind = relocation.kind === 'map' ? BPF_PSEUDO_MAP_FD : BPF_PSEUDO_MAP_VALUE;
    view.setUint8(at + 1, (view.getUint8(at + 1) & 0x0f) | (kind << 4));
    view.setUint32(at + 4, map.fd, true);
    view.setUint32(at + 12, relocation.kind === 'map' ? 0 : relocation.offset, true);
  }
  return code;
}

/** BPF_BTF_LOAD; an object whose BTF the kernel does not take is loaded without types. */
function loadBtf(bytes: Uint8Array): ProgramBtf | undefined {
  const memory = bpfArena();
  const attr = memory.take(ATTR_BTF_BYTES);
  memory.setPointer(attr, memory.put(bytes));
  memory.view.setUint32(attr + 16, bytes.length, true);
  const fd = sysBpf(BPF_CMD.BTF_LOAD, memory, attr, ATTR_BTF_BYTES);
  if (fd === -EPERM) throw systemError('BPF_BTF_LOAD', EPERM);
  return fd < 0 ? undefined : { fd, strings: btfStrings(bytes) };
}

const ATTR_BTF_BYTES = 28;
const BPF_PSEUDO_MAP_FD = 1;
const BPF_PSEUDO_MAP_VALUE = 2;
const EPERM = 1;
