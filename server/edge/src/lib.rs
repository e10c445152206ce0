//! The edge: REST, the WebSocket, extractors that prove tenant and role, limits, the OpenAPI
//! document, and the conversions between what travels and what the core speaks.
//! It decides nothing (actors/domain does), keeps nothing but single-use tickets and counters,
//! and knows no store, no port and no adapter: it sees handles.

mod access;
mod asset;
mod body;
mod convert;
mod envelope;
mod limit;
mod page;
mod problem;
mod route;
mod router;
mod socket;
mod state;

pub use asset::{Asset, AssetSource};
pub use limit::{LimitSettings, Network};
pub use router::{openapi, router};
pub use state::{EdgeSettings, EdgeState, MetricsSource};
