export { type ConformanceVector, parseConformanceVector } from './conformance-vector.ts';
export { testVm } from './test-vm.ts';
export { assembleUbpf, slotCount, type UbpfResult } from './ubpf-assembly.ts';
export { parseVerifierCases, type VerifierCase } from './verifier-cases.ts';
