/**
 * From Kubernetes objects to what the datapath must hold, and from a question to its journey. Written against the
 * engine contract alone. Read first: `cluster/build-cluster.ts`, `state/cluster-state.ts`, `trace/ask.ts`.
 */
export { buildCluster } from './cluster/build-cluster.ts';
export type {
  Backend,
  Cluster,
  ClusterNode,
  ClusterPod,
  ClusterService,
  ClusterServicePort,
} from './cluster/cluster.ts';
export { PROBLEM_CODES, type ProblemCode } from './manifest/problem-codes.ts';
export type { ManifestSource } from './manifest/read-manifests.ts';
export { datapathObject, loadDatapath } from './program/load-datapath.ts';
export { type ProgrammedCluster, type ProgramOptions, programCluster } from './program/program-cluster.ts';
export { servePorts } from './program/serve-ports.ts';
export { type ClusterState, clusterState } from './state/cluster-state.ts';
export type { MapEntry } from './state/map-entry.ts';
export { nodeEntries } from './state/node-entries.ts';
export { type AskOptions, ask } from './trace/ask.ts';
export { askEveryBackend } from './trace/ask-every-backend.ts';
export { allPairs, compareKernels, type PairComparison } from './trace/compare-kernels.ts';
export { type DropNotice, dropNotices } from './trace/drop-notices.ts';
export { type Question, readQuestion, type Source, type Target } from './trace/question.ts';
