import { Refusal } from '../diagnostics/problem.ts';
import { Builder } from '../ir/builder.ts';
import { constant } from '../ir/ir.ts';
import { refreshBlocks } from '../ir/walk.ts';
import { spanOf } from '../types/resolve.ts';
import { INTS, type Type } from '../types/type.ts';
import { signatureOf } from './function-call.ts';
import type { Lowering } from './lowering.ts';
import { asValue } from './place.ts';
import { lowerBody } from './statement.ts';
import type { FunctionNode, LoweredFunction, ProgramDeclaration, Unit } from './unit.ts';

const PARAMS_MAX = 5;

/** Lowers a program's function. */
export function lowerProgram(unit: Unit, program: ProgramDeclaration): void {
  const lowered = lowerFunction(unit, program.node, program.name, program);
  if (lowered) unit.functions.set(program.name, lowered);
}

/** Makes sure that a function is compiled for itself; returns its name in the object. */
export function outline(unit: Unit, node: FunctionNode, name: string): string {
  const known = unit.outlined.get(node);
  if (known !== undefined) return known;
  let unique = name;
  for (let i = 2; unit.functions.has(unique) || [...unit.outlined.values()].includes(unique); i++)
    unique = `${name}_${i}`;
  unit.outlined.set(node, unique);
  const lowered = lowerFunction(unit, node, unique, undefined);
  if (lowered) unit.functions.set(unique, lowered);
  return unique;
}

function lowerFunction(
  unit: Unit,
  node: FunctionNode,
  name: string,
  program: ProgramDeclaration | undefined,
): LoweredFunction | undefined {
  const problemsBefore = unit.problems.length;
  try {
    const span = spanOf(node);
    const { params, returns: declared } = signatureOf(unit, node);
    const returns: Type = program ? INTS.i32 : declared;
    if (params.length > PARAMS_MAX) {
      const message = `${name} has ${params.length} parameters; a BPF function takes ${PARAMS_MAX}.`;
      throw new Refusal('S014', span, message, 'Put some of them in a struct.');
    }
    const b = new Builder(
      name,
      span,
      params.map(({ type }) => ({ bits: bitsOf(type), pointer: isPointer(type) })),
    );
    const bindings: Lowering['frame']['bindings'] = new Map();
    const l: Lowering = {
      unit,
      b,
      into: { needs: [], callees: new Set(), ...(program ? { program } : {}) },
      frame: { node, bindings, returns, loops: [] },
    };
    params.forEach(({ symbol, type }, i) => {
      const incoming = b.fn.params[i]!;
      if (type.kind === 'context') {
        bindings.set(symbol, { kind: 'value', value: asValue(type, incoming) });
      } else {
        const variable = isPointer(type) ? b.pointer(false) : b.variable(bitsOf(type));
        b.assign(variable, incoming);
        bindings.set(symbol, { kind: 'variable', type, variable });
      }
    });
    lowerBody(l, node);
    b.return(constant(0n));
    // Where a statement was refused, blocks were left unfinished.
    if (unit.problems.length > problemsBefore) return undefined;
    refreshBlocks(b.fn);
    return { ir: b.fn, params, returns, ...l.into };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    unit.problems.push(error.problem);
    return undefined;
  }
}

function isPointer(type: Type): boolean {
  return type.kind === 'ref' || type.kind === 'context';
}

function bitsOf(type: Type): 32 | 64 {
  return isPointer(type) || (type.kind === 'int' && type.bits === 64) ? 64 : 32;
}
