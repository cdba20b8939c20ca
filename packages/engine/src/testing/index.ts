export { BPF_SCENARIOS, type BpfScenario } from './bpf-scenarios.ts';
export { NET_SCENARIOS, type NetScenario } from './net-scenarios.ts';
