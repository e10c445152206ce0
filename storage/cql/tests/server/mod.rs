//! The CQL server of the tests: the one that `IGNY8_TEST_CQL` names (`host:port`), or one that is
//! started here and ends with the test program.

#![allow(clippy::unwrap_used, dead_code, reason = "shared by test programs that use parts of it")]

use igny8_storage_conformance::Backend;
use igny8_storage_cql::{CqlOptions, CqlStore, Faults, Replication};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// A node of Apache Cassandra, or three of them (infra/test-servers/cassandra).
pub(crate) struct Cassandra {
    directory: PathBuf,
    contact_points: Vec<String>,
}

impl Cassandra {
    /// Starts fresh nodes; they end with this process at the latest.
    pub(crate) fn start(name: &str, nodes: u8) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let directory = root.join(format!("cassandra-{name}-{}", std::process::id()));
        let mut servers = Self { directory, contact_points: Vec::new() };
        servers.ask(&["install"]);
        let (nodes, parent) = (nodes.to_string(), std::process::id().to_string());
        let said = servers.ask(&["start", "--port", "0", "--nodes", &nodes, "--parent", &parent]);
        servers.contact_points = said.lines().map(str::to_owned).collect();
        servers
    }

    /// Runs the script on these nodes; what it printed.
    pub(crate) fn ask(&self, words: &[&str]) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/test-servers/cassandra");
        let mut command = Command::new(script);
        // As ScyllaDB does it, and as docs/DATABASE.md asks for: with its default, Cassandra
        // forgets the last tenth of a second when it is killed.
        command.env("CASSANDRA_SYNC", "batch");
        let said = command.args(words).arg("--dir").arg(&self.directory).output().unwrap();
        assert!(said.status.success(), "{words:?}: {}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap()
    }

    /// All nodes as contact points.
    pub(crate) fn contact_points(&self) -> Vec<String> {
        self.contact_points.clone()
    }
}

impl Drop for Cassandra {
    fn drop(&mut self) {
        self.ask(&["stop", "--wipe"]);
    }
}

/// Where the server of this run answers.
pub(crate) fn contact_points() -> Vec<String> {
    static STARTED: OnceLock<Cassandra> = OnceLock::new();
    match std::env::var("IGNY8_TEST_CQL") {
        Ok(points) => points.split(',').map(str::to_owned).collect(),
        Err(_) => STARTED.get_or_init(|| Cassandra::start("shared", 1)).contact_points(),
    }
}

/// A name that no other run has used.
pub(crate) fn fresh_keyspace() -> String {
    format!("igny8_test_{}", &Uuid::new_v4().simple().to_string()[..16])
}

/// The keyspace that all tests of this program share.
pub(crate) fn keyspace() -> &'static str {
    static KEYSPACE: OnceLock<String> = OnceLock::new();
    KEYSPACE.get_or_init(fresh_keyspace)
}

/// Options for a keyspace on the server of this run.
pub(crate) fn options(keyspace: &str) -> CqlOptions {
    CqlOptions {
        replication: Replication { datacenter: None, copies: 1 },
        // Two busy cores may hold everything up.
        request_timeout: std::time::Duration::from_secs(30),
        silence_max: std::time::Duration::from_secs(30),
        ..CqlOptions::new(contact_points(), keyspace)
    }
}

/// The backend under test, with the faults that a test may want.
pub(crate) struct Cql(Faults);

impl Cql {
    pub(crate) fn with(faults: Faults) -> Self {
        Self(faults)
    }
}

impl Backend for Cql {
    type Store = CqlStore;
    const NAME: &'static str = "cql";

    async fn create() -> Self {
        Self(Faults::none())
    }

    async fn open(&self) -> Arc<CqlStore> {
        // Few commits between checkpoints: the cases meet them.
        let options =
            CqlOptions { faults: self.0.clone(), checkpoint_commits: 8, ..options(keyspace()) };
        Arc::new(CqlStore::connect(options).await.unwrap())
    }

    async fn close(&self, store: Arc<CqlStore>) {
        Arc::into_inner(store).expect("the case gave the store back").close().await;
    }

    /// Nothing is kept in the process but what can be read again. (The server itself is killed in
    /// `cql_crash.rs`.)
    async fn crash(&self, store: Arc<CqlStore>) -> Arc<CqlStore> {
        drop(store);
        self.open().await
    }
}
