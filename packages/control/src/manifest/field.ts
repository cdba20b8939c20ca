import type { Problem } from '@sluice/engine';
import { isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type YAMLMap } from 'yaml';
import type { ProblemCode } from './problem-codes.ts';

/** What all fields of one document share. */
export interface DocumentContext {
  readonly file: string;
  readonly lines: LineCounter;
  readonly problems: Problem[];
  readonly resolve: (node: Node) => Node | undefined;
}

/**
 * A place in a manifest: reads values of the type it is asked for, remembers its path and position, and reports what is
 * wrong there. Reading never throws; a bad value is reported once and reads as the default.
 */
export class Field {
  constructor(
    readonly context: DocumentContext,
    readonly path: string,
    readonly node: Node | undefined,
    /** Where to point when the field itself is absent. */
    readonly parent: Node | undefined,
  ) {}

  /** Present and not null. */
  get present(): boolean {
    return this.node !== undefined && !(isScalar(this.node) && this.node.value === null);
  }

  get line(): number {
    const at = (this.node ?? this.parent)?.range?.[0] ?? 0;
    return this.context.lines.linePos(at).line;
  }

  /** Reports a problem here; returns undefined so that a reader may `return field.report(…)`. */
  report(code: ProblemCode, message: string, remedy?: string, severity: Problem['severity'] = 'error'): undefined {
    const { line, col } = this.context.lines.linePos((this.node ?? this.parent)?.range?.[0] ?? 0);
    const place = { file: this.context.file, line, column: col, ...(this.path ? { field: this.path } : {}) };
    this.context.problems.push({ severity, code, message, ...place, ...(remedy ? { remedy } : {}) });
    return undefined;
  }

  child(key: string): Field {
    const path = this.path === '' ? key : `${this.path}.${key}`;
    const map = this.#map();
    const raw = map?.get(key, true) as Node | undefined;
    return new Field(this.context, path, raw ? this.context.resolve(raw) : undefined, this.node ?? this.parent);
  }

  /** Members of a sequence; absent reads as empty. */
  items(): Field[] {
    if (!this.present) return [];
    if (!isSeq(this.node)) return this.report('K004', `expected a list, found ${kindOf(this.node)}`) ?? [];
    return this.node.items.map((item, i) => {
      const node = this.context.resolve(item as Node);
      return new Field(this.context, `${this.path}[${i}]`, node, this.node);
    });
  }

  /** Keys of a mapping in order; absent reads as empty. */
  keys(): string[] {
    return this.#map()?.items.map((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key)) ?? [];
  }

  /** A string; numbers and booleans are not strings in Kubernetes, and say so. */
  string(): string | undefined {
    const value = this.#scalar();
    if (value === undefined) return undefined;
    if (typeof value === 'string') return value;
    return this.report('K004', `expected a string, found ${kindOf(this.node)} ${value}`, `write "${value}" in quotes`);
  }

  required(): string {
    const value = this.string();
    if (value === undefined && !this.present) this.report('K003', `missing ${lastOf(this.path)}`);
    return value ?? '';
  }

  integer(min: number, max: number): number | undefined {
    const value = this.#scalar();
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      return this.report('K004', `expected a whole number, found ${kindOf(this.node)} ${String(value)}`);
    }
    if (value < min || value > max) return this.report('K005', `${value} is not between ${min} and ${max}`);
    return value;
  }

  /** A whole number or a string: a Kubernetes IntOrString. */
  integerOrString(): number | string | undefined {
    const value = this.#scalar();
    if (value === undefined) return undefined;
    if (typeof value === 'string') return value;
    return this.integer(1, 65535);
  }

  boolean(): boolean | undefined {
    const value = this.#scalar();
    if (value === undefined || typeof value === 'boolean') return value;
    return this.report('K004', `expected true or false, found ${kindOf(this.node)} ${String(value)}`);
  }

  /** A mapping of strings to strings, as labels are. */
  labels(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const key of this.keys()) {
      const value = this.child(key).string();
      if (value !== undefined) out[key] = value;
    }
    return out;
  }

  #map(): YAMLMap | undefined {
    if (!this.present) return undefined;
    if (isMap(this.node)) return this.node;
    return this.report('K004', `expected a mapping, found ${kindOf(this.node)}`);
  }

  #scalar(): unknown {
    if (!this.present) return undefined;
    if (isScalar(this.node)) return this.node.value;
    return this.report('K004', `expected a single value, found ${kindOf(this.node)}`);
  }
}

function kindOf(node: Node | undefined): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (isAlias(node)) return 'an alias';
  if (!isScalar(node)) return 'nothing';
  return typeof node.value === 'string' ? 'the string' : `the ${typeof node.value}`;
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
