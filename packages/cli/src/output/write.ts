import { writeFileSync } from 'node:fs';
import { EXIT, Exit } from '../exit-codes.ts';

/** Writes a file; one that cannot be written ends the command with the system's code. */
export function writeOutput(path: string, bytes: Uint8Array | string): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Exit(EXIT.CANNOT_WRITE, [`${path}: error: cannot be written (${code})`]);
  }
}

/** Writes to standard output and waits until it is taken. A reader that went away is not an error. */
export function print(bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' ? resolve() : reject(error),
    );
    process.stdout.write(bytes, () => resolve());
  });
}
