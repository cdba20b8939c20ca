export * from './abi/index.ts';
export * from './btf/index.ts';
export * from './elf/index.ts';
export * from './isa/index.ts';
export type { BpfMap } from './maps/map.ts';
export { Arena, ArenaExhausted } from './memory/arena.ts';
export type {
  ConstantSpec,
  LineInfo,
  MapSpec,
  MapType,
  ObjectSpec,
  ProgramSpec,
  ProgramType,
  Relocation,
} from './spec.ts';
export type { Helper, Program, VmOptions } from './vm/program.ts';
