/** Thrown by everything that has a meaning in the kernel only, when plain JavaScript calls it. */
export const outside = (what: string): never => {
  throw new Error(`${what} works inside a BPF program only; plain JavaScript cannot run it`);
};
