import type { DocumentStatus } from './provider.js';

/** What may be said of somebody's edits: `saved` survives a crash of the server, `saving` is on its way, `kept` waits
 * on this device for the line to come back, `on_page` waits too but only this page has it, `refused` was not taken.
 * `offline` and `opening` have nothing to save. */
export type Saving =
  | { state: 'opening' | 'saved' | 'offline' }
  | { state: 'saving' | 'kept' | 'on_page'; edits: number }
  | { state: 'refused' | 'ended'; code: string; message: string; edits: number };

/** The truth about a document's edits, in one word and with its reason. */
export function savingOf({ phase, saved, unsaved, kept, refused, ended }: DocumentStatus): Saving {
  if (refused !== null) return { state: 'refused', ...refused, edits: unsaved };
  if (ended !== null) return { state: 'ended', code: ended.reason, message: ended.message, edits: unsaved };
  if (saved) return { state: phase === 'connecting' ? 'opening' : phase === 'offline' ? 'offline' : 'saved' };
  if (phase === 'synced') return { state: 'saving', edits: unsaved };
  return { state: kept ? 'kept' : 'on_page', edits: unsaved };
}
