// The bounds of a document's traffic, each with its reason.

/** Presence is sent at most so often: carets look smooth, and a room of many is not flooded (R5). */
export const AWARENESS_INTERVAL_MS = 100;
/** The server refuses larger presence. */
export const AWARENESS_BYTES_MAX = 4 * 1024;
/** Edits on their way at once. Beyond it they are merged into one that waits: a fast typist on a
 * slow line sends few large edits instead of many small ones. */
export const IN_FLIGHT_MAX = 32;
/** The server refuses larger edits (R8). */
export const UPDATE_BYTES_MAX = 1024 * 1024;
/** Gaps answered in a row before we believe that something is broken. */
export const GAPS_MAX = 5;
/** Requests for what we lack in a row, likewise. */
export const SYNCS_MAX = 5;
/** What a frame adds to an edit: names, ids, numbers. */
export const FRAME_OVERHEAD_BYTES = 256;
/** An unanswered request for what we lack is repeated after this. */
export const SYNC_TIMEOUT_MS = 10_000;
/** A busy server is asked again after a random time below this, doubled each time, … */
export const BUSY_DELAY_BASE_MS = 500;
/** … but never after more than this. */
export const BUSY_DELAY_MAX_MS = 15_000;
/** Unsaved edits of a document that are kept on this device, in bytes: half of the largest document. Beyond it they
 * are on the page alone, and the status says so. */
export const KEPT_BYTES_MAX = 16 * 1024 * 1024;
/** Rows of an account on this device. A document's are merged long before, so this is thousands of documents. */
export const KEPT_ROWS_MAX = 10_000;
/** A document's rows are merged into one beyond this: reading them back stays quick. */
export const KEPT_MERGE_ROWS = 64;
/** A browser that does not open its storage within this keeps nothing. */
export const KEPT_OPEN_TIMEOUT_MS = 3000;
