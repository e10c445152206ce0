//! Which lane, and what it bears.

use igny8_protocol_ids::TenantId;
use serde::{Deserialize, Serialize};

/// A lane: calls of one model at one provider by one key share its limits and its failures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LaneKey {
    /// The provider, for people: `platform`, or the host of the service.
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// Whose key it is; none for the server's own, which all tenants share.
    pub owner: Option<TenantId>,
    /// Tells keys apart without being one: a new key is a new lane, so that what an old key had
    /// brought about ends with it.
    pub key: u64,
}

/// What a lane bears until its provider says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneLimits {
    /// Calls under way at once.
    pub concurrency: u32,
    /// Calls a minute; none leaves them uncounted.
    pub requests_per_minute: Option<u64>,
    /// Tokens a minute, sent and received; none leaves them uncounted.
    pub tokens_per_minute: Option<u64>,
}

impl Default for LaneLimits {
    /// What the smallest paid accounts of providers bear.
    fn default() -> Self {
        Self { concurrency: 32, requests_per_minute: Some(60), tokens_per_minute: None }
    }
}

impl LaneLimits {
    /// For development and tests: the offline model bears whatever the machine does.
    pub const OPEN: Self =
        Self { concurrency: 256, requests_per_minute: None, tokens_per_minute: None };
}
