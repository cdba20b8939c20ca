import type { Kernel, NetNs } from '@sluice/engine';
import { formatIpv4 } from '@sluice/wire';
import type { Question } from './question.ts';

/** What the asking process saw. */
export interface ExchangeOutcome {
  /** The answer's text; undefined when none came. */
  readonly answer?: string;
  /** TCP: the handshake was completed. */
  readonly established: boolean;
  /** errno name the process got, as ECONNREFUSED. */
  readonly error?: string;
}

/**
 * Sends a request from `netns` to the question's target and waits until nothing moves any more.
 */
export async function runExchange(kernel: Kernel, netns: NetNs, question: Question): Promise<ExchangeOutcome> {
  return question.target.protocol === 'TCP' ? runTcp(kernel, netns, question) : runUdp(kernel, netns, question);
}

async function runTcp(kernel: Kernel, netns: NetNs, { target, sourcePort }: Question): Promise<ExchangeOutcome> {
  const outcome: { answer?: string; established: boolean; error?: string } = { established: false };
  const address = formatIpv4(target.ip);
  const connection = netns.tcpConnect(address, target.port, sourcePort === undefined ? {} : { sourcePort });
  connection.onEstablished(() => {
    outcome.established = true;
    connection.send(new TextEncoder().encode('who are you?\n'));
  });
  connection.onData((payload) => {
    outcome.answer = (outcome.answer ?? '') + new TextDecoder().decode(payload);
    connection.close();
  });
  connection.onClose((error) => {
    if (error) outcome.error = error;
  });
  await kernel.settle();
  return outcome;
}

async function runUdp(kernel: Kernel, netns: NetNs, { target, sourcePort }: Question): Promise<ExchangeOutcome> {
  const outcome: { answer?: string; established: boolean; error?: string } = { established: false };
  const socket = netns.udpSocket();
  if (sourcePort !== undefined) socket.bind('0.0.0.0', sourcePort);
  socket.onMessage((payload) => {
    outcome.answer = new TextDecoder().decode(payload);
  });
  socket.connect(formatIpv4(target.ip), target.port);
  const error = socket.send(new TextEncoder().encode('who are you?\n'));
  if (error) outcome.error = error;
  await kernel.settle();
  return outcome;
}
