//! What travels: the frames of the socket, the bodies of the REST routes, the codec, and their
//! export to TypeScript. Wire types are not domain types: `server/edge` converts between them.
//! It does not decide anything and knows no actor.

pub mod automation;
pub mod close;
pub mod codec;
pub mod frame;
pub mod packed;
pub mod queue;
pub mod rest;
pub mod stream;
pub mod typescript;
pub mod view;

/// The protocol version that this build speaks; offered as the subprotocol `igny8.v1`.
pub const PROTOCOL_VERSION: u16 = 1;
/// Every version that this build still understands, the newest first.
pub const PROTOCOL_VERSIONS_SUPPORTED: &[u16] = &[1];
