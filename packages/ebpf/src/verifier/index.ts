/**
 * The verifier: whether Linux would run a program, without Linux. Read first `verify.ts`, the phases in order; then
 * `explore/explore.ts`, the walk over all paths; `requires/instruction.ts`, what each instruction requires;
 * `does/instruction.ts`, what it then does; `explore/covers.ts`, when a path need not be followed.
 */
export type { Observer as VerifierObserver } from './explore/explore.ts';
export type { VerifierOptions } from './machine.ts';
export type { FunctionInfo, MapReference, VerifierInput } from './program.ts';
export { type VerifierFacts, type VerifierVerdict, verify } from './verify.ts';
export { verifierInput, verifyProgram } from './verify-object.ts';
