export { BPF_SCENARIOS, type BpfScenario } from './bpf-scenarios.ts';
