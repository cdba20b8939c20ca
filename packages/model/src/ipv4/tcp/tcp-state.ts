/** States, as `ss` names them. Spec: RFC 9293 §3.3.2. */
export type TcpState =
  | 'CLOSE'
  | 'LISTEN'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT1'
  | 'FIN_WAIT2'
  | 'CLOSE_WAIT'
  | 'CLOSING'
  | 'LAST_ACK'
  | 'TIME_WAIT';

/** What moves a connection from one state to the next. */
export type TcpEvent =
  | 'connect' // the process connects; SYN goes out
  | 'syn' // a SYN comes in
  | 'syn-ack' // our SYN is answered
  | 'ack-of-syn' // our SYN, ACK is acknowledged
  | 'close' // the process closes; FIN goes out
  | 'fin' // a FIN comes in
  | 'ack-of-fin' // our FIN is acknowledged
  | 'reset' // RST, a timeout, an ICMP error: it is over
  | 'timeout'; // TIME_WAIT or FIN_WAIT2 has lasted long enough

/** Every transition there is. Spec: RFC 9293 figure 5; `CLOSE` is its CLOSED. */
export const TCP_TRANSITIONS: Readonly<Record<TcpState, Partial<Readonly<Record<TcpEvent, TcpState>>>>> = {
  CLOSE: { connect: 'SYN_SENT', syn: 'SYN_RECV' },
  LISTEN: { close: 'CLOSE' },
  SYN_SENT: { 'syn-ack': 'ESTABLISHED', syn: 'SYN_RECV', close: 'CLOSE', reset: 'CLOSE' },
  SYN_RECV: { 'ack-of-syn': 'ESTABLISHED', close: 'FIN_WAIT1', reset: 'CLOSE' },
  ESTABLISHED: { close: 'FIN_WAIT1', fin: 'CLOSE_WAIT', reset: 'CLOSE' },
  FIN_WAIT1: { fin: 'CLOSING', 'ack-of-fin': 'FIN_WAIT2', reset: 'CLOSE' },
  FIN_WAIT2: { fin: 'TIME_WAIT', timeout: 'CLOSE', reset: 'CLOSE' },
  CLOSE_WAIT: { close: 'LAST_ACK', reset: 'CLOSE' },
  CLOSING: { 'ack-of-fin': 'TIME_WAIT', reset: 'CLOSE' },
  LAST_ACK: { 'ack-of-fin': 'CLOSE', reset: 'CLOSE' },
  TIME_WAIT: { timeout: 'CLOSE', reset: 'CLOSE' },
};

/** The state after an event. Throws for an event that cannot happen there: that is a bug of the stack. */
export function tcpNextState(state: TcpState, event: TcpEvent): TcpState {
  const next = TCP_TRANSITIONS[state][event];
  if (next === undefined) throw new Error(`TCP: ${event} in ${state}`);
  return next;
}
