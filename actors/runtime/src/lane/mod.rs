//! The lanes' shell: waiters and the clock around the board of the core, candidates for a call, and
//! answers that are known already.

mod answer;
mod board;
mod candidate;
mod metric;
mod routing;
mod trial;

pub(crate) use answer::{AnswerKey, KnownAnswers};
pub(crate) use board::{LaneBoard, Permit};
pub use candidate::Candidate;
pub use routing::{RouteText, RoutingText};
pub use trial::RouteTest;
