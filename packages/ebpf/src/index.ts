/**
 * The eBPF toolkit: everything about BPF that needs no kernel. Read `isa/table.ts` (the instructions), `abi/helpers.ts`
 * (what programs may call), `spec.ts` (an object as data), then `vm/vm.ts` (running it).
 */
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
