/** What is to be sent, and from where; routing fills in the source. Kernel: struct flowi4. */
export class OutputFlow {
  destination = 0;
  source = 0;
  mark = 0;
  oifIndex = 0;
  /** The source need not be ours. Kernel: FLOWI_FLAG_ANYSRC. */
  anySource = false;
  /** Set where there is no route. */
  error: 'ENETUNREACH' | 'EHOSTUNREACH' | 'EACCES' | 'EINVAL' = 'ENETUNREACH';

  set(destination: number, source: number, mark: number): void {
    this.destination = destination;
    this.source = source;
    this.mark = mark;
    this.oifIndex = 0;
    this.anySource = false;
  }
}
