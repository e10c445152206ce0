//! Which server answers, and where the two kinds differ. Every difference is a match arm here.

use igny8_storage_api::BlobHash;
use scylla::client::session::Session;
use uuid::Uuid;

/// The kind of server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Apache Cassandra.
    Cassandra,
    /// ScyllaDB, with its release: year and number.
    Scylla(u32, u32),
}

/// The first release of ScyllaDB with conditional writes on tablets.
const CONDITIONAL_ON_TABLETS: (u32, u32) = (2025, 4);

impl Flavour {
    /// Asks the server.
    pub(crate) async fn detect(session: &Session) -> Result<Self, String> {
        let here = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'system' \
                    AND table_name = 'scylla_local'";
        let rows = session.query_unpaged(here, ()).await.map_err(|error| error.to_string())?;
        if rows.into_rows_result().map_err(|error| error.to_string())?.rows_num() == 0 {
            return Ok(Self::Cassandra);
        }
        let version = "SELECT version FROM system.versions WHERE key = 'local'";
        let rows = session.query_unpaged(version, ()).await.map_err(|error| error.to_string())?;
        let rows = rows.into_rows_result().map_err(|error| error.to_string())?;
        let version = rows.maybe_first_row::<(String,)>().map_err(|error| error.to_string())?;
        let (year, number) = release(version.map(|(version,)| version).as_deref().unwrap_or(""));
        Ok(Self::Scylla(year, number))
    }

    /// What a keyspace needs beside its replication. Cassandra does not know tablets, not even the
    /// word; ScyllaDB before 2025.4 refuses conditional writes on them.
    pub(crate) fn keyspace_options(self) -> &'static str {
        match self {
            Self::Cassandra => "",
            Self::Scylla(year, number) if (year, number) < CONDITIONAL_ON_TABLETS => {
                " AND tablets = {'enabled': false}"
            }
            Self::Scylla(..) => "",
        }
    }

    /// The end of a statement that walks over a whole table: ScyllaDB need not push everything
    /// else out of its cache, and may take longer than for a row. Cassandra knows neither.
    pub(crate) fn scan_options(self) -> &'static str {
        match self {
            Self::Cassandra => "",
            Self::Scylla(..) => " BYPASS CACHE USING TIMEOUT 30s",
        }
    }

    /// Tombstones that are dropped after an hour. ScyllaDB keeps those of tablets until a repair,
    /// unless it is told otherwise; Cassandra does not know the option.
    pub(crate) fn forget_soon(self) -> &'static str {
        match self {
            Self::Cassandra => "gc_grace_seconds = 3600",
            Self::Scylla(..) => "gc_grace_seconds = 3600 AND tombstone_gc = {'mode': 'timeout'}",
        }
    }

    /// Two nodes of Cassandra that make the same table at the same time make two that do not fit
    /// together, unless its id is given: one per keyspace, for ids are unique in a cluster. In
    /// ScyllaDB changes of tables have one order.
    pub(crate) fn table_id(self, keyspace: &str, table: &str) -> String {
        match self {
            Self::Cassandra => {
                let hash = BlobHash::of(format!("{keyspace}.{table}").as_bytes());
                let id = hash.0.first_chunk::<16>().expect("a hash is longer");
                format!(" AND id = {}", Uuid::from_bytes(*id))
            }
            Self::Scylla(..) => String::new(),
        }
    }
}

/// Year and number of a release: `2025.4.1` or `5.4.0`. What does not parse is old.
fn release(version: &str) -> (u32, u32) {
    let mut parts = version.split(['.', '-', '~']).map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_told_apart() {
        assert_eq!(release("2025.4.1"), (2025, 4));
        assert_eq!(release("2026.1.0~rc0-0.2026"), (2026, 1));
        assert_eq!(release(""), (0, 0));
        let option = |version| {
            let (year, number) = release(version);
            Flavour::Scylla(year, number).keyspace_options()
        };
        assert!(option("6.2.1").contains("false"));
        assert!(option("2025.3.9").contains("false"));
        assert_eq!(option("2025.4.0"), "");
        assert_eq!(Flavour::Cassandra.keyspace_options(), "");
    }
}
