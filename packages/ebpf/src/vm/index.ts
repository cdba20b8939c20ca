export { BpfTrap, type TrapCode } from './bpf-trap.ts';
export { InterpretedProgram, type StepObserver, type StepView } from './interpreted-program.ts';
export * from './limits.ts';
export { type LinkedCode, type LinkProblem, link } from './link.ts';
export { type LoadIntoVmRequest, type LoadIntoVmResult, loadIntoVm, withConstants } from './load-into-vm.ts';
export { LoadedProgram } from './loaded-program.ts';
export type { Helper, Program, VmOptions } from './program.ts';
export { type Engine, type LoadRequest, type LoadResult, Vm } from './vm.ts';
