// What travels between server and clients. It opens no socket and knows no state.
export * from './codec.js';
export * from './generated/wire.js';

/** The WebSocket subprotocol of version 1. */
export const SUBPROTOCOL = 'igny8.v1';
/** The ticket is offered as a second subprotocol, so that it is in no address and no log. */
export const SUBPROTOCOL_TICKET_PREFIX = 'igny8.ticket.';
