import { formatIpv4 } from '@sluice/wire';

/** An address and port as a process is told them; the text is made when somebody reads it. */
export class PeerAddress {
  readonly port: number;
  readonly ip: number;

  constructor(ip: number, port: number) {
    this.ip = ip;
    this.port = port;
  }

  get address(): string {
    return formatIpv4(this.ip);
  }
}
