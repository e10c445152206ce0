//! What all requests share.

use crate::access::{OneTime, Tokens};
use crate::asset::AssetSource;
use crate::limit::{LimitSettings, Limits, Network};
use crate::socket::{Fallbacks, Guards};
use igny8_actors_runtime::Platform;
use igny8_protocol_ids::{AccountId, SessionId, TenantId, Timestamp};
use secrecy::SecretSlice;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Renders all metrics in the text format of Prometheus.
pub type MetricsSource = Arc<dyn Fn() -> String + Send + Sync>;

/// A ticket opens one socket within this time.
pub(crate) const TICKET_LIFETIME: Duration = Duration::from_secs(60);
/// A login link that was printed at start counts so long: a person has to find the terminal.
const LOGIN_CODE_LIFETIME: Duration = Duration::from_hours(1);
/// Tickets at a time; each lives a minute, so this is also the most per minute.
const TICKETS_MAX: usize = 10_000;
/// Login codes at a time: the binary makes one per start.
const LOGIN_CODES_MAX: usize = 100;
/// Sockets of this server. Each costs a few tens of kilobytes at rest.
const SOCKETS_MAX: usize = 20_000;

/// What the binary decides.
pub struct EdgeSettings {
    /// Signs access tokens; at least 32 bytes.
    pub access_key: SecretSlice<u8>,
    /// True with the offline AI and demo credits.
    pub development: bool,
    /// True if browsers reach the server by HTTPS: cookies are `Secure` and HSTS is sent.
    pub https: bool,
    /// Origins beside the server's own that may use cookies and sockets.
    pub origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Limits.
    pub limits: LimitSettings,
    /// The dashboard's files; `None` serves the API alone.
    pub assets: Option<AssetSource>,
    /// `/metrics`; `None` leaves it out.
    pub metrics: Option<MetricsSource>,
    /// Ends all sockets in an orderly manner when it is cancelled.
    pub shutdown: CancellationToken,
}

/// What a ticket opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TicketHolder {
    pub account: AccountId,
    pub session: SessionId,
    pub tenant: TenantId,
}

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub struct EdgeState(Arc<Shared>);

/// What [`EdgeState`] points at; all of it is the edge's own.
pub struct Shared {
    pub(crate) platform: Platform,
    pub(crate) tokens: Tokens,
    pub(crate) tickets: OneTime<TicketHolder>,
    pub(crate) login_codes: OneTime<AccountId>,
    pub(crate) guards: Guards,
    pub(crate) fallbacks: Fallbacks,
    pub(crate) limits: Limits,
    pub(crate) settings: EdgeSettings,
    sockets: TaskTracker,
    sockets_at_end: OnceLock<u32>,
    next_session: AtomicU64,
}

impl std::ops::Deref for EdgeState {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl EdgeState {
    /// Wires the edge to the platform.
    pub fn new(platform: Platform, settings: EdgeSettings) -> Self {
        Self(Arc::new(Shared {
            platform,
            tokens: Tokens::new(&settings.access_key),
            tickets: OneTime::new(TICKET_LIFETIME, TICKETS_MAX),
            login_codes: OneTime::new(LOGIN_CODE_LIFETIME, LOGIN_CODES_MAX),
            guards: Guards::default(),
            fallbacks: Fallbacks::default(),
            limits: Limits::new(&settings.limits),
            settings,
            sockets: TaskTracker::new(),
            sockets_at_end: OnceLock::new(),
            // 0 is the server's own in documents.
            next_session: AtomicU64::new(1),
        }))
    }

    /// A single-use code that logs this account in: for the login link, in the URL's fragment.
    pub fn new_login_code(&self, account: AccountId) -> Option<String> {
        self.login_codes.issue(self.now(), &self.secret(), account)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.platform.now()
    }

    /// 256 bits that nobody can guess.
    pub(crate) fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.platform.fill(&mut bytes);
        bytes
    }

    pub(crate) fn next_session(&self) -> u64 {
        self.next_session.fetch_add(1, Ordering::Relaxed)
    }

    /// A number that nobody can foresee.
    pub(crate) fn chance(&self) -> u64 {
        let mut bytes = [0; 8];
        self.platform.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    pub(crate) fn sockets(&self) -> u32 {
        u32::try_from(self.sockets.len()).unwrap_or(u32::MAX)
    }

    /// How many sockets were open when the first of them heard that the server ends.
    pub(crate) fn sockets_at_end(&self) -> u32 {
        *self.sockets_at_end.get_or_init(|| self.sockets())
    }

    /// Ends when the last socket has. Cancel `shutdown` first: they do not end by themselves.
    pub async fn sockets_ended(&self) {
        self.sockets.close();
        self.sockets.wait().await;
    }

    /// A place for one more socket, given back when it is dropped.
    pub(crate) fn socket_place(&self) -> Option<SocketPlace> {
        let place = SocketPlace(Some(self.sockets.token()));
        metrics::gauge!("igny8_sockets").set(f64::from(self.sockets()));
        (self.sockets.len() <= SOCKETS_MAX).then_some(place)
    }
}

/// It holds nothing else of the edge: a socket may be on its way out when the server has ended.
pub(crate) struct SocketPlace(Option<TaskTrackerToken>);

impl Drop for SocketPlace {
    fn drop(&mut self) {
        let Some(token) = self.0.take() else { return };
        let sockets = token.task_tracker().clone();
        drop(token);
        metrics::gauge!("igny8_sockets").set(sockets.len() as f64);
    }
}
