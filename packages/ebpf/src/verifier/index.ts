export type { Observer as VerifierObserver } from './explore/explore.ts';
export type { VerifierOptions } from './machine.ts';
export type { FunctionInfo, MapReference, VerifierInput } from './program.ts';
export { type VerifierFacts, type VerifierVerdict, verify } from './verify.ts';
export { verifierInput, verifyProgram } from './verify-object.ts';
