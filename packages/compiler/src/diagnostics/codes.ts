/**
 * Every complaint of the compiler's own. TypeScript's are passed on with its numbers, as `TS2322`.
 *
 * A message says what is wrong here; the remedy says what to write instead.
 */
export const CODES = {
  S001: 'syntax that has no meaning in a BPF program',
  S002: 'an operation that BPF programs cannot do',
  S003: 'an integer whose width is not known',
  S004: 'a literal that does not fit its type',
  S005: 'a fraction',
  S006: 'signed and unsigned mixed',
  S007: 'arithmetic in network byte order',
  S008: 'host and network byte order mixed',
  S009: 'a value that is not known at compile time',
  S010: 'no program, or a program in the wrong place',
  S011: 'a map, config or global in the wrong place',
  S012: 'padding that is not spelt out',
  S013: 'recursion',
  S014: 'too many arguments',
  S015: 'too much stack',
  S016: 'a stale reference to the packet',
  S017: 'a helper that this kind of program may not call',
  S018: 'a helper that needs a GPL-compatible licence',
  S019: 'a reference that outlives its variable',
  S020: 'an index out of range',
  S021: 'a shift wider than its operand',
  S022: 'division by zero',
  S023: 'a context field that this kind of program cannot use',
  S024: 'an unknown program section',
  S025: 'two things of one name',
  S026: 'a type that cannot be stored',
  S027: 'a module that cannot be found',
} as const;

export type Code = keyof typeof CODES;
