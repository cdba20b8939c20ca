export * from './build.ts';
export * from './decode.ts';
export * from './encode.ts';
export * from './form.ts';
export type { Instruction } from './instruction.ts';
export * from './opcode.ts';
export { formNamed, formOf, formsOfOpcode, INSTRUCTION_FORMS } from './table.ts';
