//! Brings the tables to the version that this program knows, step by step. Several nodes may start
//! at once: a lease lets one of them work while the others wait.
//!
//! A version's statements repeat without harm (`IF NOT EXISTS`), so a node that dies in the middle
//! leaves nothing that is in the way of the next one.

use super::flavour::Flavour;
use super::lease::Lease;
use super::version_1;
use crate::error::ConnectError;
use crate::option::CqlOptions;
use scylla::client::session::Session;
use std::time::{Duration, Instant};

/// Each version's statements, the first being version 1. Kept for ever: an old keyspace goes
/// through all of them.
const VERSIONS: &[&[&str]] = &[version_1::STATEMENTS];

/// Where the version stands. Its id is fixed, see [`Flavour::table_id`].
const VERSION_TABLE: &str = "CREATE TABLE IF NOT EXISTS KS.schema_version (
    place tinyint PRIMARY KEY, version int, owner uuid, until bigint)
    WITH comment = 'the version of the tables, and who is changing them'";
/// Waiting for another node that brings the tables up to date.
const WAIT_MAX: Duration = Duration::from_secs(120);
/// A table that was made just now can be read after this time at the latest.
const READABLE_MAX: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Makes or changes the tables, if that is needed.
pub(super) async fn bring_up_to_date(
    session: &Session,
    flavour: Flavour,
    options: &CqlOptions,
) -> Result<(), ConnectError> {
    let schema = Schema { session, flavour, options };
    if !schema.has_version_table().await? {
        schema.create_keyspace().await?;
    }
    let deadline = Instant::now() + WAIT_MAX;
    loop {
        let version = schema.version().await?;
        if schema.is_known(version)? {
            return Ok(());
        }
        let lease = Lease::new(session, &options.keyspace);
        if lease.take().await.map_err(|reason| schema.failed(reason))? {
            let outcome = schema.migrate(&lease).await;
            lease.give_back().await;
            outcome?;
        } else if Instant::now() > deadline {
            return Err(schema.failed("another node has been changing the tables for too long"));
        } else {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

struct Schema<'a> {
    session: &'a Session,
    flavour: Flavour,
    options: &'a CqlOptions,
}

impl Schema<'_> {
    fn failed(&self, reason: impl ToString) -> ConnectError {
        ConnectError::Schema { keyspace: self.options.keyspace.clone(), reason: reason.to_string() }
    }

    async fn run(&self, text: &str) -> Result<(), ConnectError> {
        let text = text
            .replace("KS.", &format!("{}.", self.options.keyspace))
            .replace("FORGET_SOON", self.flavour.forget_soon());
        let outcome = self.session.query_unpaged(text, ()).await;
        outcome.map(drop).map_err(|error| self.failed(error))
    }

    async fn has_version_table(&self) -> Result<bool, ConnectError> {
        let text = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? \
                    AND table_name = 'schema_version'";
        let rows = self.session.query_unpaged(text, (&self.options.keyspace,)).await;
        let rows = rows.map_err(|error| self.failed(error))?.into_rows_result();
        Ok(rows.map_err(|error| self.failed(error))?.rows_num() > 0)
    }

    async fn create_keyspace(&self) -> Result<(), ConnectError> {
        let replication = &self.options.replication;
        let place = replication.datacenter.as_deref().unwrap_or("replication_factor");
        let is_fine = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if !place.chars().all(is_fine) {
            return Err(ConnectError::Option {
                option: "datacenter",
                value: place.to_owned(),
                reason: "letters, digits, dots, dashes and underscores",
            });
        }
        let text = format!(
            "CREATE KEYSPACE IF NOT EXISTS {} WITH replication = \
             {{'class': 'NetworkTopologyStrategy', '{place}': {}}}{}",
            self.options.keyspace,
            replication.copies,
            self.flavour.keyspace_options()
        );
        self.run(&text).await?;
        let id = self.flavour.table_id(&self.options.keyspace, "schema_version");
        self.run(&format!("{VERSION_TABLE}{id}")).await
    }

    /// What stands in the keyspace; 0 before the first change. Cassandra shows a table a moment
    /// before it can be read: whoever starts beside the node that makes it tries again.
    async fn version(&self) -> Result<usize, ConnectError> {
        let lease = Lease::new(self.session, &self.options.keyspace);
        let deadline = Instant::now() + READABLE_MAX;
        loop {
            match lease.version().await {
                Ok(version) => return Ok(version),
                Err(reason) if Instant::now() > deadline => return Err(self.failed(reason)),
                Err(_) => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// True if nothing has to be done.
    fn is_known(&self, version: usize) -> Result<bool, ConnectError> {
        if version > VERSIONS.len() {
            let count = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
            return Err(ConnectError::NewerSchema {
                keyspace: self.options.keyspace.clone(),
                found: count(version),
                known: count(VERSIONS.len()),
            });
        }
        Ok(version == VERSIONS.len())
    }

    /// Under the lease: one version after the other. Before each one the lease must still be ours.
    async fn migrate(&self, lease: &Lease<'_>) -> Result<(), ConnectError> {
        // Somebody may have been faster between the look and the lease.
        let from = self.version().await?;
        for (number, statements) in VERSIONS.iter().enumerate().skip(from) {
            tracing::info!(version = number + 1, "changing the tables");
            for statement in *statements {
                self.run(statement).await?;
                if !lease.renew().await.map_err(|reason| self.failed(reason))? {
                    return Ok(());
                }
            }
            lease.set_version(number + 1).await.map_err(|reason| self.failed(reason))?;
        }
        Ok(())
    }
}
