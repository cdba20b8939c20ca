export * from './abi/index.ts';
export * from './asm/index.ts';
export * from './btf/index.ts';
export * from './elf/index.ts';
export * from './isa/index.ts';
export * from './maps/index.ts';
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
export * from './verifier/index.ts';
export * from './vm/index.ts';
