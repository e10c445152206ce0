//! How the store is reached and how it behaves.

use crate::fault::Faults;
use secrecy::SecretString;
use std::time::Duration;

/// How often each row is kept, if the store has to make the keyspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replication {
    /// The datacenter that keeps them; `None` means each one that there is.
    pub datacenter: Option<String>,
    /// Copies per datacenter: 1 for tests, 3 for everything else.
    pub copies: u8,
}

/// Options of a store on a CQL server.
#[derive(Clone, Debug)]
pub struct CqlOptions {
    /// `host:port` of some nodes: the others are found through them.
    pub contact_points: Vec<String>,
    /// Where the tables are: lower-case letters, digits and underscores.
    pub keyspace: String,
    /// User and password, if the server asks for them.
    pub credentials: Option<(String, SecretString)>,
    /// The datacenter that this process talks to. Quorums are those of that datacenter.
    pub datacenter: Option<String>,
    /// Used when the keyspace is not there yet. One that is there stays as it is.
    pub replication: Replication,
    /// After this time a request has failed, or its outcome is unknown. Longer than the server's
    /// own time-outs (2 s for writes), so that usually the server answers first.
    pub request_timeout: Duration,
    /// A connection that does not answer for so long is given up: a paused node is noticed by it.
    pub silence_max: Duration,
    /// Frames of an entity that are kept: who asks for older ones is told `truncated`.
    pub feed_commits_kept: u64,
    /// Commits after which records are written out of the frames. More of them make commits
    /// cheaper and loads dearer.
    pub checkpoint_commits: u64,
    /// Entities whose heads are remembered, so that a commit needs no read before it.
    pub heads_max: usize,
    /// Faults on purpose.
    pub faults: Faults,
}

impl CqlOptions {
    /// The usual options for a server at these places.
    pub fn new(
        contact_points: impl IntoIterator<Item = impl Into<String>>,
        keyspace: impl Into<String>,
    ) -> Self {
        Self {
            contact_points: contact_points.into_iter().map(Into::into).collect(),
            keyspace: keyspace.into(),
            credentials: None,
            datacenter: None,
            replication: Replication { datacenter: None, copies: 3 },
            request_timeout: Duration::from_secs(10),
            silence_max: Duration::from_secs(4),
            feed_commits_kept: 2_000,
            checkpoint_commits: 64,
            heads_max: 16_384,
            faults: Faults::none(),
        }
    }
}
