import { EngineError } from '../../errors.ts';
import type { NetNs, UdpSocket } from '../../kernel.ts';
import { plain } from './frames.ts';

/** A UDP server that keeps what it gets: `hello from 10.0.0.9:4000`. */
export function listenOn(netns: NetNs, port = 5000, address = '0.0.0.0'): string[] {
  const socket = netns.udpSocket();
  socket.bind(address, port);
  return heard(socket);
}

/** What a socket hears, from now on. */
export function heard(socket: UdpSocket): string[] {
  const got: string[] = [];
  socket.onMessage((payload, from) => got.push(`${plain(payload)} from ${from.address}:${from.port}`));
  return got;
}

/** The errno name with which a call failed, or 'ok'. */
export function outcome(act: () => unknown): string {
  try {
    act();
    return 'ok';
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
}
