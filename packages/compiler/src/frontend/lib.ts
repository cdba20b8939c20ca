/**
 * What stands in for TypeScript's standard library: the types that the checker itself asks for and little else. Checking
 * against it takes half the time, and programs see no names that BPF has no meaning for.
 */
export const LIB_FILE = 'lib.d.ts';

export const LIB_TEXT = `
interface Array<T> { readonly length: number; [index: number]: T }
interface ReadonlyArray<T> { readonly length: number; readonly [index: number]: T }
interface Boolean {}
interface CallableFunction extends Function {}
interface Function {}
interface IArguments {}
interface NewableFunction extends Function {}
interface Number {}
interface BigInt {}
interface Object {}
interface RegExp {}
interface String { readonly length: number }
interface Symbol {}
interface SymbolConstructor { readonly iterator: unique symbol }
declare var Symbol: SymbolConstructor;
interface TemplateStringsArray extends ReadonlyArray<string> {}
type Readonly<T> = { readonly [P in keyof T]: T[P] };
type Partial<T> = { [P in keyof T]?: T[P] };
type Pick<T, K extends keyof T> = { [P in K]: T[P] };
type Record<K extends string | number | symbol, T> = { [P in K]: T };
type NonNullable<T> = T & {};
`;
