/**
 * The environment failed: a system call, a full table, a missing capability. Bad input is a returned `Problem`, a bug
 * is an assertion; neither is an EngineError.
 */
export class EngineError extends Error {
  /**
   * @param operation what was tried, as `BPF_MAP_CREATE blacklist`
   * @param code errno name, as `EPERM`
   * @param detail the kernel's own words: strerror, extended acknowledgement, verifier log's last line
   * @param log a long log, where there is one (verifier log)
   * @param source the place in a program's source that a verifier complains about, where line information tells
   */
  constructor(
    readonly operation: string,
    readonly code: string,
    readonly detail: string,
    readonly log?: string,
    readonly source?: SourcePlace,
  ) {
    super(`${operation}: ${code}: ${detail}`);
    this.name = 'EngineError';
  }
}

/** A line of a program's source. Lines and columns count from 1; the column is absent where it is not known. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly text: string;
}

/** Bad input, for people: one line, with place and remedy. Returned, never thrown past a room's border. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Stable, as `K012`; each code has a test. */
  readonly code: string;
  readonly message: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
  /** The field, as `spec.ports[0].port`. */
  readonly field?: string;
  readonly remedy?: string;
}

/** `file:line:column: error: message (field) — remedy` on one line. */
export function formatProblem(p: Problem): string {
  const place = [p.file, p.line, p.column].filter((x) => x !== undefined).join(':');
  const field = p.field ? ` (${p.field})` : '';
  const remedy = p.remedy ? ` — ${p.remedy}` : '';
  return `${place ? `${place}: ` : ''}${p.severity}: ${p.message}${field}${remedy} [${p.code}]`;
}
