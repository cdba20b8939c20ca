export { BPF_SCENARIOS, type BpfScenario } from './bpf-scenarios.ts';
export * from './builders/index.ts';
export { SCENARIOS } from './net/index.ts';
export type { NetScenario, World } from './world.ts';
