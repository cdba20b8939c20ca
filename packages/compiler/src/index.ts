/**
 * `.bpf.ts` → ELF object. Read first: `compile.ts`, then the folders in the order in which it uses them: frontend,
 * types, lower, ir, optimise, codegen, object. What programs import is `bpf/`.
 */
export { type CompileOptions, type CompileResult, compile } from './compile.ts';
export { CODES, type Code } from './diagnostics/codes.ts';
export { formatProblem, type Problem, type Span } from './diagnostics/problem.ts';
