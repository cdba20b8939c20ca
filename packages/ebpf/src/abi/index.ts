export * from './context.ts';
export * from './contexts.ts';
export * from './helper.ts';
export * from './helpers.ts';
export * from './map-types.ts';
export * from './program-types.ts';
export * from './sections.ts';
