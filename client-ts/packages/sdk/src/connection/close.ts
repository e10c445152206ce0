import { CLOSE_CODE } from '@igny8/protocol';

/** What we do about a close code, and what a person may be told. */
export interface CloseMeaning {
  /** `lost` tries again after a wait, `refused` does not. */
  event: 'lost' | 'refused';
  /** A stable name. */
  name: string;
  /** For people. */
  message: string;
  /** The shortest wait; 0 leaves it to the backoff. */
  delayMinMs: number;
}

const lost = (name: string, message: string, delayMinMs = 0): CloseMeaning => ({ event: 'lost', name, message, delayMinMs });
const refused = (name: string, message: string): CloseMeaning => ({ event: 'refused', name, message, delayMinMs: 0 });

/** Codes that any WebSocket may end with, and those of ours (`protocol/wire/src/close.rs`). */
export const CLOSE_MEANINGS: Readonly<Record<number, CloseMeaning>> = {
  1000: lost('normal', 'The server ended the connection.'),
  1001: lost('going_away', 'The server ended the connection.'),
  1002: refused('protocol_error', 'Client and server do not understand each other. Reload the page.'),
  1005: lost('no_status', 'The connection ended without a reason.'),
  1006: lost('abnormal', 'The network was lost.'),
  1008: refused('policy', 'The server refused the connection.'),
  1009: refused('message_too_big', 'A message was larger than the server takes. Reload the page.'),
  [CLOSE_CODE.internal]: lost('internal', 'The server had a failure.', 1000),
  // When to come back was said before, by `closing`.
  [CLOSE_CODE.service_restart]: lost('service_restart', 'The server is restarting.'),
  [CLOSE_CODE.try_again_later]: lost('try_again_later', 'The server is busy.', 2000),
  [CLOSE_CODE.malformed]: refused('malformed', 'Client and server do not understand each other. Reload the page.'),
  [CLOSE_CODE.ticket]: lost('ticket', 'The connection pass had expired.'),
  [CLOSE_CODE.revoked]: refused('revoked', 'You no longer have access to this workspace.'),
  [CLOSE_CODE.not_found]: refused('not_found', 'This room was deleted.'),
  [CLOSE_CODE.version]: refused('version', 'This page is older than the server. Reload it.'),
  [CLOSE_CODE.silent]: lost('silent', 'The server had not heard from us.'),
  [CLOSE_CODE.too_large]: refused('too_large', 'A message was larger than the server takes. Reload the page.'),
  [CLOSE_CODE.refused]: refused('refused', 'The server refused an edit. Reload the page.'),
  [CLOSE_CODE.slow_reader]: lost('slow_reader', 'The connection is too slow for what happens here.', 1000),
};

/** An unknown code is treated as a loss: a newer server may have new reasons to send us away for a while. */
export function closeMeaning(code: number): CloseMeaning {
  return CLOSE_MEANINGS[code] ?? lost(`code_${code}`, 'The connection ended.', 1000);
}

/** Whether the server need not have said it: browsers and proxies end a line so, too. */
export function isUnsaid(code: number): boolean {
  return code < 1011 || code === 1015;
}
