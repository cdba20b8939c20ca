/** What a redirect helper asked for, until the program has returned. Kernel: struct bpf_redirect_info, one per CPU. */
export class RedirectInfo {
  ifindex = 0;
  flags = 0;
  /** Next hop that bpf_redirect_neigh() named; unsigned, 0 for none. */
  nextHop = 0;

  set(ifindex: number, flags: number, nextHop: number): void {
    this.ifindex = ifindex;
    this.flags = flags;
    this.nextHop = nextHop;
  }

  clear(): void {
    this.ifindex = 0;
    this.flags = 0;
    this.nextHop = 0;
  }
}
