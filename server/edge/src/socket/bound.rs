//! The bounds of a socket, each with its reason.

use std::num::NonZeroU32;
use std::time::Duration;

/// A frame: an edit of 1 MiB with room for its envelope.
pub(super) const FRAME_BYTES_MAX: usize = 1024 * 1024 + 256 * 1024;
/// What is read before a frame is called too large: above the bound, so that we can say so by name.
pub(super) const MESSAGE_BYTES_READ_MAX: usize = 2 * 1024 * 1024;
/// Room for the next message, which every socket has for as long as it is open: an edit of what
/// somebody types is smaller, and the usual 128 KiB would be most of what a silent reader costs.
pub(super) const READ_BYTES: usize = 256;
/// What is read at once, into a place that all sockets of a thread share.
pub(super) const SCRATCH_BYTES: usize = 32 * 1024;
/// An edit.
pub(super) const UPDATE_BYTES_MAX: usize = 1024 * 1024;
/// Presence: a caret, a name, a colour.
pub(super) const AWARENESS_BYTES_MAX: usize = 4 * 1024;
/// Streams of one socket: as many as the SDK opens at most.
pub(super) const STREAMS_MAX: usize = 128;
/// Commands under way; more are refused with a time to come back.
pub(super) const COMMANDS_MAX: usize = 64;
/// Clients ping this often.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(20);
/// Nothing heard for so long: two heartbeats were missed, and a little for the network.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(45);
/// `hello` comes within this.
pub(super) const GREETING_MAX: Duration = Duration::from_secs(10);
/// How often a role is looked at even when no event told of a change.
pub(super) const RECHECK: Duration = Duration::from_secs(5);
/// Progress of a site is sent at most ten times a second: a bar cannot show more.
pub(super) const PROGRESS_PERIOD: Duration = Duration::from_millis(100);
/// What waits for a reader: one document of the largest size (32 MiB) and what happens meanwhile.
pub(super) const OUTBOX_BYTES_MAX: usize = 40 * 1024 * 1024;
/// Frames that wait for a reader. At ten a second this is a quarter of an hour.
pub(super) const OUTBOX_FRAMES_MAX: usize = 8_192;
/// Presence that waits; the oldest goes first, since presence is repeated.
pub(super) const PRESENCE_FRAMES_MAX: usize = 256;
/// One write: small enough that an acknowledgement overtakes a long document soon.
pub(super) const BATCH_BYTES: usize = 256 * 1024;
/// A write that is not taken within this has no reader.
pub(super) const WRITE_MAX: Duration = Duration::from_secs(15);
/// At the end the writer gets so long for the close frame.
pub(super) const FAREWELL_MAX: Duration = Duration::from_secs(3);
/// When the server ends, no socket is asked to come back before this: nobody listens yet.
pub(super) const COMEBACK_MIN: Duration = Duration::from_millis(100);
/// Sockets are spread over so much time each: a new one costs a ticket, a handshake and its streams,
/// of which two cores do more than this asks for.
pub(super) const COMEBACK_EACH: Duration = Duration::from_millis(1);
/// However many sockets there are, all are asked back within this: people wait.
pub(super) const COMEBACK_MAX: Duration = Duration::from_secs(10);
/// Requests with frames that a client without a WebSocket has under way: one, and those that a broken
/// connection has left behind.
pub(super) const POSTS_MAX: usize = 4;
/// Such requests a second: typing and a caret make twenty, each as quick as its answer.
pub(super) const POSTS_PER_SECOND_MAX: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
/// Such requests at once, behind a network that held them up.
pub(super) const POSTS_BURST_MAX: NonZeroU32 = NonZeroU32::new(100).expect("not zero");
/// The body of one comes within this.
pub(super) const POST_MAX: Duration = Duration::from_secs(30);
/// A message of presence at the door of rooms: its clients repeat what they hear of all others, 64
/// carets at most.
pub(super) const ROOM_AWARENESS_BYTES_MAX: usize = 64 * AWARENESS_BYTES_MAX;
/// Edits of one client that are handed to the document at once: what comes in one or two packets of a
/// client that types faster than the document writes.
pub(super) const BUNDLE_EDITS_MAX: usize = 256;
/// The same in bytes: taking them must not hold up the document's other writers.
pub(super) const BUNDLE_BYTES_MAX: usize = 64 * 1024;
/// Documents of one socket at the door of HocuspocusProvider, proved or not: as many as on our own.
pub(super) const ROOM_DOCUMENTS_MAX: usize = STREAMS_MAX;
/// A document's name there: a room's 128 letters, and the provider's own mark of its session.
pub(super) const ROOM_NAME_BYTES_MAX: usize = 256;
/// What waits for the documents of one socket, in KiB: two messages of the largest size. Then the
/// socket is read more slowly.
pub(super) const ROOM_BACKLOG_KIB_MAX: usize = 2 * MESSAGE_BYTES_READ_MAX / 1024;
/// Messages that wait for one document of a socket; likewise.
pub(super) const ROOM_BACKLOG_MAX: usize = 64;
/// The first ticket that opens something comes within this: its page may have to fetch it first.
pub(super) const ROOM_GREETING_MAX: Duration = Duration::from_secs(30);
/// A new ticket is asked for so long before the old one is over, or when half of its time is left;
/// and again when half of the rest is.
pub(super) const ROOM_RENEWAL: Duration = Duration::from_secs(60);
/// With less time left nobody is asked any more.
pub(super) const ROOM_RENEWAL_MIN: Duration = Duration::from_millis(250);
/// What a client said it has is remembered for when its document restarts, up to this: five thousand
/// authors. Of more, nothing is: then it is sent everything.
pub(super) const ROOM_STATE_VECTOR_BYTES_MAX: usize = 64 * 1024;
/// A document that is not available is tried again after these pauses: an actor that restarts is
/// back within the first.
pub(super) const ROOM_PAUSES: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2)];
