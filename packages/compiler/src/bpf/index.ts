/**
 * What a `.bpf.ts` file imports. Read first: `integers.ts`, `structs.ts`, `maps.ts`, `programs.ts`, `packet.ts`.
 */
export * from './atomics.ts';
export * from './constants.ts';
export * from './contexts.ts';
export * from './globals.ts';
export * from './headers.ts';
export * from './helpers.ts';
export * from './integers.ts';
export * from './maps.ts';
export * from './packet.ts';
export * from './programs.ts';
export * from './structs.ts';
