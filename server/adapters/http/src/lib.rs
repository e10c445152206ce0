//! What the adapters of AI providers share below their protocols: the client, calls and bodies
//! under bounds, server-sent events, the meaning of refusals, headers about rates.
//! It does not know any provider's requests or answers: the crates `ai` and `images` do.

mod call;
mod cost;
mod failure;
mod pace;
mod refusal;
mod setup;
mod sse;
mod words;

pub use call::{ByteStream, body, bounded, refused, root_cause, send};
pub use cost::micros;
pub use failure::Failure;
pub use pace::pace;
pub use refusal::{from_event, from_response};
pub use setup::{Reach, SetupError, address, bearer, client};
pub use sse::{EVENT_BYTES_MAX, EventParser, ServerEvent, SseError};
pub use words::clean;
