/** Exit statuses. 64 and up follow sysexits(3). */
export const EXIT = {
  /** Delivered; or the command did what it was asked. */
  OK: 0,
  /** Dropped or rejected; or a program was refused. */
  DENIED: 1,
  /** Undecidable: the missing fact is named. */
  UNDECIDABLE: 2,
  /** The command line is wrong. */
  USAGE: 64,
  /** A file's contents are wrong. */
  DATA: 65,
  /** A file cannot be read. */
  NO_INPUT: 66,
  /** This machine cannot do it (no root, no BPF). */
  UNAVAILABLE: 69,
  /** A bug in Sluice. */
  INTERNAL: 70,
  /** A file cannot be written. */
  CANNOT_WRITE: 73,
} as const;

/** Ends the command with a status and lines for standard error; nothing is a stack trace. */
export class Exit extends Error {
  constructor(
    readonly status: number,
    readonly lines: readonly string[],
  ) {
    super(lines.join('\n'));
  }
}
