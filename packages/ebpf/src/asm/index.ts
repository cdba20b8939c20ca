export { type AssembleProblem, type AssembleResult, assemble } from './assemble.ts';
export { type DisassembleResult, disassemble, formatInstruction, type ListingLine } from './disassemble.ts';
