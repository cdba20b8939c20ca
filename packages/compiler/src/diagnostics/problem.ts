import type { Code } from './codes.ts';

/** A place in a source file. Lines and columns count from 1. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Span {
  /** One of CODES, or TypeScript's number as `TS2322`. */
  readonly code: Code | `TS${number}`;
  readonly severity: 'error' | 'warning';
  /** One sentence. */
  readonly message: string;
  /** What to do about it, where there is an answer. */
  readonly remedy?: string;
}

/** `examples/a.bpf.ts:12:5: error S006: …` and the remedy on a second line. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, severity, code, message, remedy } = problem;
  const head = `${file}:${line}:${column}: ${severity} ${code}: ${message}`;
  return remedy === undefined ? head : `${head}\n  ${remedy}`;
}

/** A complaint on its way up from deep inside the compiler to the statement that it is about. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(code: Code, span: Span, message: string, remedy?: string) {
    super(message);
    this.problem = { code, severity: 'error', ...span, message, ...(remedy === undefined ? {} : { remedy }) };
  }
}

/** Something could not be lowered because of a problem that has been told already. */
export class Consequence extends Error {}
