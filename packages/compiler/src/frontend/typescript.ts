import type TypeScript from 'typescript';

export type { TypeScript };

/**
 * The TypeScript module that the compiler works with. It is given, not imported, because loading it costs most of a
 * compilation and is done differently in Node and in a browser.
 */
export let ts: typeof TypeScript;

/** Must be called before anything is compiled; `compile` does. */
export function provideTypeScript(module: typeof TypeScript): void {
  ts = module;
}
