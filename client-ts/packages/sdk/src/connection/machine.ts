/** Where a connection is. */
export type ConnectionState =
  /** Nobody wants it: signed out, or stopped. */
  | 'idle'
  /** Asking `POST /api/auth/ticket`: each socket needs a ticket of its own. */
  | 'fetching_ticket'
  /** The WebSocket is being opened. */
  | 'connecting'
  /** It is open; `hello` was sent, `welcome` is awaited. */
  | 'greeting'
  /** Frames flow. */
  | 'live'
  /** It was lost and a timer runs until the next attempt. */
  | 'waiting'
  /** It ended for a reason that trying again does not mend; `start` may still try. */
  | 'closed';

/** What happens to a connection. */
export type ConnectionEvent =
  /** Someone wants it. */
  | 'start'
  /** The ticket is here. */
  | 'ticket'
  /** The WebSocket opened. */
  | 'open'
  /** `welcome` came, with a version we speak. */
  | 'welcome'
  /** Lost, and worth another try. */
  | 'lost'
  /** Over, and not worth another try. */
  | 'refused'
  /** The wait is over, or the network came back. */
  | 'retry'
  /** Nobody wants it any more. */
  | 'stop';

/** Which event leads where. What is not in the table cannot happen and is ignored: a callback of
 * an earlier attempt that comes late. */
export const TRANSITIONS: Readonly<Record<ConnectionState, Readonly<Partial<Record<ConnectionEvent, ConnectionState>>>>> = {
  idle: { start: 'fetching_ticket' },
  fetching_ticket: { ticket: 'connecting', lost: 'waiting', refused: 'closed', stop: 'idle' },
  connecting: { open: 'greeting', lost: 'waiting', refused: 'closed', stop: 'idle' },
  greeting: { welcome: 'live', lost: 'waiting', refused: 'closed', stop: 'idle' },
  live: { lost: 'waiting', refused: 'closed', stop: 'idle' },
  waiting: { retry: 'fetching_ticket', refused: 'closed', stop: 'idle' },
  closed: { start: 'fetching_ticket', stop: 'idle' },
};

/** The state after an event, or undefined where the table has no such arrow. */
export function nextState(state: ConnectionState, event: ConnectionEvent): ConnectionState | undefined {
  return TRANSITIONS[state][event];
}
