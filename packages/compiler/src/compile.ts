import { type ObjectSpec, readObject } from '@sluice/ebpf';
import { type GeneratedFunction, generate } from './codegen/index.ts';
import { type Problem, Refusal } from './diagnostics/problem.ts';
import { createFront, type ReadSource, typescriptProblems } from './frontend/host.ts';
import { provideTypeScript, type TypeScript } from './frontend/typescript.ts';
import type { Var } from './ir/ir.ts';
import { checkCalls, checkStack } from './lower/call-graph.ts';
import { collectDeclarations } from './lower/declarations.ts';
import { lowerProgram } from './lower/function.ts';
import { decideInlining } from './lower/inlining.ts';
import { checkNeeds, reachable } from './lower/needs.ts';
import type { LoweredFunction, Unit } from './lower/unit.ts';
import { assemble } from './object/assemble.ts';
import { optimise } from './optimise/index.ts';
import { movesPacket, refuseEscape, refuseStale } from './optimise/stale.ts';
import { TypeResolver } from './types/resolve.ts';

export interface CompileOptions {
  /** The TypeScript module, version 6: `createRequire(import.meta.url)('typescript')` in Node. */
  readonly typescript: typeof TypeScript;
  /** The file with the programs. */
  readonly entry: string;
  /** Texts of all files by path, or a function that reads them. */
  readonly files: Readonly<Record<string, string>> | ReadSource;
}

export interface CompileResult {
  /** The object file; absent where there is an error. */
  readonly object?: Uint8Array;
  /** What `readObject` says of it. */
  readonly spec?: ObjectSpec;
  readonly problems: readonly Problem[];
}

/**
 * Compiles a `.bpf.ts` file and what it imports into an ELF object. Never throws for what is wrong with the source:
 * `problems` says it, with codes, places and remedies.
 */
export function compile(options: CompileOptions): CompileResult {
  provideTypeScript(options.typescript);
  const { files } = options;
  const read: ReadSource = typeof files === 'function' ? files : (path) => files[path];
  const front = createFront(options.entry, read);
  if ('code' in front) return { problems: [front] };
  const problems = typescriptProblems(front);
  if (problems.some(isError)) return { problems };
  const unit = newUnit(front, problems);
  collectDeclarations(unit);
  if (unit.programs.length === 0 && unit.usedMaps.size === 0 && !problems.some(isError)) {
    problems.push({
      code: 'S010',
      severity: 'error',
      file: options.entry,
      line: 1,
      column: 1,
      message: 'There is no program in this file.',
      remedy: 'Write `export const name = xdp((ctx) => { … })` or the like.',
    });
  }
  checkNames(unit);
  Object.assign(unit, {
    inlining: decideInlining(
      unit.checker,
      unit.programs.map(({ node }) => node),
    ),
  });
  for (const program of unit.programs) lowerProgram(unit, program);
  if (!problems.some(isError)) checkCalls(unit);
  if (!problems.some(isError)) checkNeeds(unit);
  if (problems.some(isError)) return { problems };
  const code = translate(unit);
  if (problems.some(isError)) return { problems };
  const object = assemble(unit, code);
  const result = readObject(object);
  if (!result.ok) throw new Error(`the compiler wrote an object it cannot read: ${result.problem.message}`);
  return { object, spec: result.object, problems };
}

/** Optimises all functions and gives their machine code, programs first. */
function translate(unit: Unit): Map<string, GeneratedFunction> {
  const code = new Map<string, GeneratedFunction>();
  const ordered = [...unit.functions].sort(([, a], [, b]) => Number(!a.program) - Number(!b.program));
  for (const [, lowered] of ordered) optimise(lowered.ir, contextsOf(lowered));
  const changers = new Set(
    ordered.filter(([name]) => reachable(unit, name).some(({ ir }) => movesPacket(ir))).map(([name]) => name),
  );
  for (const [name, lowered] of ordered) {
    try {
      const contexts = contextsOf(lowered);
      refuseStale(lowered.ir, contexts, changers);
      refuseEscape(lowered.ir, contexts);
      code.set(name, generate(lowered.ir, contexts));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      unit.problems.push(error.problem);
    }
  }
  checkStack(unit, (name) => code.get(name)?.stack ?? 0);
  return code;
}

function contextsOf(lowered: LoweredFunction): Set<Var> {
  return new Set(lowered.ir.params.filter((_, i) => lowered.params[i]?.type.kind === 'context'));
}

function newUnit(front: Unit['front'], problems: Problem[]): Unit {
  return {
    front,
    checker: front.checker,
    resolver: new TypeResolver(front.checker),
    problems,
    license: '',
    maps: new Map(),
    usedMaps: new Set(),
    records: new Set(),
    data: new Map(),
    rodata: [],
    bssSize: 0,
    strings: new Map(),
    programs: [],
    functions: new Map(),
    outlined: new Map(),
    inlining: new Map(),
  };
}

/** Maps, programs and constants live in one space of names. */
function checkNames(unit: Unit): void {
  const known = new Map<string, string>();
  const claims = [...unit.maps.values(), ...unit.programs];
  for (const { name, span } of claims) {
    const before = known.get(name);
    const here = `${span.file}:${span.line}`;
    if (before !== undefined) {
      const message = `There is another ${name} at ${before}.`;
      unit.problems.push({ code: 'S025', severity: 'error', ...span, message });
    }
    known.set(name, here);
  }
}

const isError = (problem: Problem): boolean => problem.severity === 'error';
