// The bounds of the connection, each with its reason.

/** The first wait after a loss is drawn from 0 to this: most losses are short. */
export const RECONNECT_DELAY_BASE_MS = 500;
/** No wait is longer: a person who sees "offline" for half a minute reloads the page. */
export const RECONNECT_DELAY_MAX_MS = 30_000;
/** A connection that lived so long counts as good: the next loss starts from the base again. */
export const STABLE_AFTER_MS = 10_000;
/** Ticket, TCP, TLS, upgrade and welcome together; a stuck proxy must not hold us longer. */
export const OPEN_TIMEOUT_MS = 15_000;
/** After a ping the server has so long to say anything at all before the socket counts as dead. */
export const PONG_TIMEOUT_MS = 10_000;
/** The same when the browser says that the network went away or came back: a good line answers well within it, and
 * nobody should be told "saved" by a dead one for longer. */
export const PROBE_TIMEOUT_MS = 3000;
/** Used until `welcome` has named the server's own. */
export const HEARTBEAT_DEFAULT_MS = 20_000;
/** More than this unsent in the browser means that the network stands still: we start anew and resume. */
export const SEND_BUFFER_BYTES_MAX = 8 * 1024 * 1024;
/** A command is answered within this, or its caller is told that the outcome is unknown. */
export const COMMAND_TIMEOUT_MS = 15_000;
/** Commands on their way at once; more are refused here, not queued. */
export const COMMANDS_PENDING_MAX = 64;
/** Streams of one socket; far above what screens show at once, below the server's own limit. */
export const STREAMS_MAX = 128;
/** The shortest wait before a stream that the server closed with `resync` is asked for again. */
export const RESYNC_DELAY_BASE_MS = 250;
/** And the longest. */
export const RESYNC_DELAY_MAX_MS = 15_000;
/** Sockets that do not open, one after the other, before the frames go by events: one may be chance. */
export const SOCKET_FAILURES_MAX = 2;
/** How long a line is opened by events before the socket is tried again: whoever changes the network is served better
 * within minutes, and who stays in it waits for two failures now and then. */
export const SSE_FOR_MS = 10 * 60_000;
/** Frames that wait are sent together up to this size, below what the server takes at once. A single frame may be larger. */
export const POST_BYTES_MAX = 256 * 1024;
/** A request with frames that was not answered is sent again so often, which takes ten seconds or so: then the line
 * counts as lost. */
export const POST_TRIES_MAX = 6;
/** The wait before that is drawn from 0 to this at first, */
export const POST_DELAY_BASE_MS = 500;
/** and from 0 to this at last. */
export const POST_DELAY_MAX_MS = 4000;
/** The server refuses requests of a line that has ended; why it did is said by the answer within this. */
export const LAST_WORDS_MS = 1000;
