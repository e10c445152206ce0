//! How often: changes and reads of a tenant, requests of an address.

use super::address::ClientAddress;
use crate::access::Identity;
use crate::problem::Problem;
use crate::state::EdgeState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use igny8_protocol_ids::TenantId;
use parking_lot::Mutex;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Checks after which keys that are at rest are forgotten, so that the tables stay small.
const CHECKS_PER_SWEEP: u32 = 4_096;

/// How often, per minute.
#[derive(Clone, Copy, Debug)]
pub struct LimitSettings {
    /// Changes of a tenant.
    pub tenant_changes: NonZeroU32,
    /// Reads of a tenant.
    pub tenant_reads: NonZeroU32,
    /// Unauthenticated and changing requests of an address.
    pub address: NonZeroU32,
}

const fn per_minute(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).expect("the limits below are above zero")
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            tenant_changes: per_minute(30),
            tenant_reads: per_minute(600),
            address: per_minute(100),
        }
    }
}

impl LimitSettings {
    /// Raised so far that tests and demos do not meet them.
    pub const fn development() -> Self {
        let many = per_minute(100_000);
        Self { tenant_changes: many, tenant_reads: many, address: many }
    }
}

type Keyed<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>;

struct Bucket<K: Hash + Eq + Clone> {
    name: &'static str,
    limiter: Keyed<K>,
    checks: AtomicU32,
}

impl<K: Hash + Eq + Clone> Bucket<K> {
    fn new(name: &'static str, limit: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(limit)).with_middleware();
        Self { name, limiter, checks: AtomicU32::new(0) }
    }

    fn check(&self, key: &K) -> Result<StateSnapshot, Problem> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_PER_SWEEP == CHECKS_PER_SWEEP - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(key).map_err(|until| {
            metrics::counter!("igny8_rate_limited_total", "bucket" => self.name).increment(1);
            let wait = until.wait_time_from(DefaultClock::default().now());
            let limit = until.quota().burst_size();
            let detail = format!(
                "At most {limit} requests of this kind a minute. Try again in {} s.",
                wait.as_secs() + 1
            );
            Problem::too_many(&detail, wait)
        })
    }
}

/// All limits.
pub(crate) struct Limits {
    changes: Bucket<TenantId>,
    reads: Bucket<TenantId>,
    address: Bucket<IpAddr>,
}

impl Limits {
    pub(crate) fn new(settings: &LimitSettings) -> Self {
        Self {
            changes: Bucket::new("tenant_changes", settings.tenant_changes),
            reads: Bucket::new("tenant_reads", settings.tenant_reads),
            address: Bucket::new("address", settings.address),
        }
    }
    /// One request of a tenant.
    pub(crate) fn tenant(
        &self,
        tenant: TenantId,
        method: &Method,
        standing: &Standing,
    ) -> Result<(), Problem> {
        let bucket = if changes(method) { &self.changes } else { &self.reads };
        standing.note(bucket.check(&tenant)?);
        Ok(())
    }
    /// One change of a tenant over its socket.
    pub(crate) fn tenant_change(&self, tenant: TenantId) -> Result<(), Problem> {
        self.changes.check(&tenant).map(drop)
    }
    fn address(&self, address: IpAddr, standing: &Standing) -> Result<(), Problem> {
        standing.note(self.address.check(&bucket_of(address))?);
        Ok(())
    }
}

/// A household has one IPv4 address or a /64 of IPv6.
fn bucket_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(whole) => IpAddr::V6((whole.to_bits() & (u128::MAX << 64)).into()),
    }
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// How a request stands with its limit, for the answer's headers.
#[derive(Clone, Default)]
pub(crate) struct Standing(Arc<Mutex<Option<StateSnapshot>>>);

impl Standing {
    fn note(&self, snapshot: StateSnapshot) {
        *self.0.lock() = Some(snapshot);
    }
    /// The headers of the IETF's draft: limit, what remains of it, seconds until it is full again.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let Some(snapshot) = self.0.lock().take() else { return };
        let quota = snapshot.quota();
        let (limit, remaining) = (quota.burst_size().get(), snapshot.remaining_burst_capacity());
        let reset = quota.replenish_interval() * limit.saturating_sub(remaining);
        for (name, value) in [
            ("ratelimit-limit", u64::from(limit)),
            ("ratelimit-remaining", u64::from(remaining)),
            ("ratelimit-reset", reset.as_secs()),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

/// Counts a request for its address.
pub(crate) fn count_address(state: &EdgeState, request: &Request) -> Result<(), Problem> {
    let extensions = request.extensions();
    let Some(ClientAddress(address)) = extensions.get::<ClientAddress>() else { return Ok(()) };
    let standing = extensions.get::<Standing>().cloned().unwrap_or_default();
    state.limits.address(*address, &standing)
}

/// Counts what nobody answers for, and what changes something, by address.
pub(crate) async fn guard_address(
    State(state): State<EdgeState>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_ours =
        ["/api/", "/ws", "/collab", "/media/"].iter().any(|prefix| path.starts_with(prefix));
    let known = request.extensions().get::<Identity>().is_some_and(Identity::is_known);
    // Frames in requests are many, and have a limit of their own for each line that there is.
    let is_frames = path.starts_with("/ws/fallback/");
    if is_ours
        && (!known || (changes(request.method()) && !is_frames))
        && let Err(problem) = count_address(&state, &request)
    {
        return problem.into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    #[test]
    fn a_full_bucket_says_when_to_come_back() {
        let limits =
            Limits::new(&LimitSettings { address: per_minute(2), ..LimitSettings::default() });
        let (standing, address) = (Standing::default(), IpAddr::from([1, 2, 3, 4]));
        assert!(limits.address(address, &standing).is_ok());
        assert!(limits.address(address, &standing).is_ok());
        let mut headers = HeaderMap::new();
        standing.write(&mut headers);
        assert_eq!("0", headers["ratelimit-remaining"]);
        let problem = limits.address(address, &standing).unwrap_err();
        assert_eq!(StatusCode::TOO_MANY_REQUESTS, problem.status);
        assert!(problem.retry_after.is_some());
        assert!(limits.address(IpAddr::from([1, 2, 3, 5]), &standing).is_ok());
    }

    #[test]
    fn one_household_is_one_key() {
        let same =
            |a: &str, b: &str| bucket_of(a.parse().unwrap()) == bucket_of(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
    }
}
