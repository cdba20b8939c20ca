export * from './addresses.ts';
export * from './frame-text.ts';
export * from './frames.ts';
export * from './program.ts';
export * from './sockets.ts';
export * from './tcp-peer.ts';
export * from './topology.ts';
export * from './watch.ts';
