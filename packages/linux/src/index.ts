export { linuxBpf } from './bpf/load-object.ts';
export { LinuxMap, possibleCpus } from './bpf/map.ts';
export { LinuxProgram } from './bpf/program.ts';
export { examineMachine, type Finding } from './capability/doctor.ts';
export { type BpfCapability, probeBpf } from './capability/probe-bpf.ts';
export { removeStaleCgroups } from './cgroup/cgroup.ts';
export { LinuxKernel } from './kernel/linux-kernel.ts';
