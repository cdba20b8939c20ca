import { argWidth, type HelperReturn, type HelperRow } from '../abi/helper.ts';
import type { Machine } from './machine.ts';
import type { Helper } from './program.ts';
import type { RunState } from './run-state.ts';

/** A call bound to where its arguments are in a machine's registers. False: the function that called is done. */
export type HelperCall = (machine: Machine) => boolean;

/** Words of the register file that a helper's parameters come from, in their order. */
export function argumentWords(row: HelperRow): number[] {
  const words: number[] = [];
  row.args.forEach((arg, i) => {
    words.push(2 * (i + 1));
    if (argWidth(arg) === 2) words.push(2 * (i + 1) + 1);
  });
  for (let i = row.args.length; i < row.args.length + (row.variadic ?? 0); i++)
    words.push(2 * (i + 1), 2 * (i + 1) + 1);
  return words;
}

/** Binds a helper for the interpreter: reads arguments, calls, sets r0 as the helper's return kind says. */
export function bindHelper(row: HelperRow, fn: Helper, state: RunState): HelperCall {
  const call = bindArguments(argumentWords(row), fn);
  const returns = row.returns;
  return ({ registers }) => {
    setResult(registers, returns, call(registers), state);
    return true;
  };
}

export function setResult(r: Int32Array, returns: HelperReturn, low: number, state: RunState): void {
  r[0] = low;
  switch (returns) {
    case 'int':
      r[1] = low >> 31;
      break;
    case 'u64':
      r[1] = state.resultHigh;
      break;
    case 'void':
      r[0] = 0;
      r[1] = 0;
      break;
    case 'u32':
    case 'map-value-or-null':
    case 'alloc-mem-or-null':
    case 'socket-or-null':
    case 'sock-common-or-null':
      r[1] = 0;
      break;
    default:
      returns satisfies never;
  }
}

function bindArguments(words: readonly number[], fn: Helper): (r: Int32Array) => number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = words;
  switch (words.length) {
    case 0:
      return () => fn();
    case 1:
      return (r) => fn(r[a]!);
    case 2:
      return (r) => fn(r[a]!, r[b]!);
    case 3:
      return (r) => fn(r[a]!, r[b]!, r[c]!);
    case 4:
      return (r) => fn(r[a]!, r[b]!, r[c]!, r[d]!);
    case 5:
      return (r) => fn(r[a]!, r[b]!, r[c]!, r[d]!, r[e]!);
    case 6:
      return (r) => fn(r[a]!, r[b]!, r[c]!, r[d]!, r[e]!, r[f]!);
    default:
      return (r) => fn(...words.map((word) => r[word]!));
  }
}
