//! Why the server closes a socket: WebSocket close codes, 4000 to 4999 being ours. What a client
//! does about each is written in `docs/PROTOCOL.md`; the SDK's table is tested against this list.

/// A close code with its name on the wire and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseCode {
    /// The number in the close frame.
    pub code: u16,
    /// A stable name: the close frame's reason begins with it.
    pub name: &'static str,
}

macro_rules! close_codes {
    ($($(#[$doc:meta])* $constant:ident = $code:literal, $name:literal;)+) => {
        $($(#[$doc])* pub const $constant: CloseCode = CloseCode { code: $code, name: $name };)+
        /// All of them, by number.
        pub const CLOSE_CODES: &[CloseCode] = &[$($constant),+];
    };
}

close_codes! {
    /// The server failed while serving this socket: come back with backoff.
    INTERNAL = 1011, "internal";
    /// The server ends in an orderly manner (deploy, drain): come back after the time that the frame
    /// `closing` said, on our own socket; elsewhere with backoff.
    SERVICE_RESTART = 1012, "service_restart";
    /// The server is full: come back with backoff.
    TRY_AGAIN_LATER = 1013, "try_again_later";
    /// A frame could not be read, or came before `hello`: a bug of the client, which stops.
    MALFORMED = 4400, "malformed";
    /// The ticket is unknown, used or over: come back with a new one.
    TICKET = 4401, "ticket";
    /// The right to this tenant was lost while the socket was open: the client stops.
    REVOKED = 4403, "revoked";
    /// The room was deleted: the client stops. Said at the door of rooms alone.
    NOT_FOUND = 4404, "not_found";
    /// No protocol version in common: the client is too old (or too new) and stops.
    VERSION = 4406, "version";
    /// Nothing was heard from the client for two heartbeats: come back.
    SILENT = 4408, "silent";
    /// A frame was larger than `frame_bytes_max`: the client must not send it again.
    TOO_LARGE = 4413, "too_large";
    /// An edit was refused for what it holds: the client must not send it again. Said at the door of
    /// rooms alone; on our own socket the edit has an answer of its own.
    REFUSED = 4422, "refused";
    /// The client reads too slowly or asks too much: come back with backoff and resume.
    SLOW_READER = 4429, "slow_reader";
}
