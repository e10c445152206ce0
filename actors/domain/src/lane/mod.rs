//! Lanes to the models: provider × model × key. What a lane bears, when it rests, whose turn it is,
//! which lane a call takes, what a call may cost and did cost.
//! One board per node decides all of it, with time and chance as arguments (R15). It calls nobody:
//! the runtime's board holds the waiters and the clock.

mod board;
mod breaker;
mod bucket;
mod cost;
mod fair;
mod gate;
mod key;
mod quota;
mod refusal;
mod route;
mod turn;
mod view;

#[cfg(test)]
mod test;

pub use board::{Board, Ticket, Verdict};
pub use breaker::{Breaker, BreakerState};
pub use bucket::{Bucket, Hint};
pub use cost::{
    BudgetCaps, Cap, ModelPrice, ModelUsage, PRICE_TABLE_VERSION, Spent, UsageBook, UsageRow,
    UsageSum, day_of, list_price, month_of, start_of,
};
pub use fair::{COST_MAX, FairQueue, Pass, QUANTUM};
pub use key::{LaneKey, LaneLimits};
pub use refusal::{Obstacle, Refused};
pub use route::{LaneFacts, Need, Policy, Route, order};
pub use turn::{Ask, CallEnd, Outcome};
pub use view::{HeldBy, LaneView, Standing};
