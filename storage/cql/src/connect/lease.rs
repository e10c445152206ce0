//! Who may change the tables: a row with an owner and an end, changed by conditional writes.

use scylla::client::session::Session;
use scylla::statement::unprepared::Statement;
use scylla::statement::{Consistency, SerialConsistency};
use scylla::value::Row;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// A node that dies while it changes tables is waited for no longer than this; one that lives
/// renews its lease with every statement.
const LEASE: Duration = Duration::from_secs(30);

pub(super) struct Lease<'a> {
    session: &'a Session,
    keyspace: &'a str,
    owner: Uuid,
}

impl<'a> Lease<'a> {
    pub(super) fn new(session: &'a Session, keyspace: &'a str) -> Self {
        Self { session, keyspace, owner: Uuid::new_v4() }
    }

    /// The version of the tables; 0 before the first change.
    pub(super) async fn version(&self) -> Result<usize, String> {
        let text = format!("SELECT version FROM {}.schema_version WHERE place = 0", self.keyspace);
        let mut statement = Statement::new(text);
        statement.set_consistency(Consistency::LocalSerial);
        let rows = self.session.query_unpaged(statement, ()).await.map_err(|e| e.to_string())?;
        let rows = rows.into_rows_result().map_err(|error| error.to_string())?;
        let row = rows.maybe_first_row::<(Option<i32>,)>().map_err(|error| error.to_string())?;
        let version = row.and_then(|(version,)| version).unwrap_or(0);
        usize::try_from(version).map_err(|_| format!("the version of the tables is {version}"))
    }

    /// True if it is ours now.
    pub(super) async fn take(&self) -> Result<bool, String> {
        let (now, until) = (millis(), millis() + length());
        let insert = "INSERT INTO KS.schema_version (place, version, owner, until) \
                      VALUES (0, 0, ?, ?) IF NOT EXISTS";
        if self.conditional(insert, (self.owner, until)).await? {
            return Ok(true);
        }
        let update = "UPDATE KS.schema_version SET owner = ?, until = ? WHERE place = 0 \
                      IF until < ?";
        self.conditional(update, (self.owner, until, now)).await
    }

    /// True if it is still ours; it lasts longer then.
    pub(super) async fn renew(&self) -> Result<bool, String> {
        let text = "UPDATE KS.schema_version SET until = ? WHERE place = 0 IF owner = ?";
        self.conditional(text, (millis() + length(), self.owner)).await
    }

    /// Says how far the tables are.
    pub(super) async fn set_version(&self, version: usize) -> Result<bool, String> {
        let version = i32::try_from(version).expect("there are few versions");
        let text = "UPDATE KS.schema_version SET version = ? WHERE place = 0 IF owner = ?";
        self.conditional(text, (version, self.owner)).await
    }

    /// Lets the next one work at once. If that fails, it waits for the lease's end.
    pub(super) async fn give_back(&self) {
        let text = "UPDATE KS.schema_version SET until = 0 WHERE place = 0 IF owner = ?";
        if let Err(reason) = self.conditional(text, (self.owner,)).await {
            tracing::warn!(%reason, "the lease on the tables was not given back");
        }
    }

    async fn conditional(
        &self,
        text: &str,
        values: impl scylla::serialize::row::SerializeRow,
    ) -> Result<bool, String> {
        let mut statement = Statement::new(text.replace("KS.", &format!("{}.", self.keyspace)));
        statement.set_consistency(Consistency::LocalQuorum);
        statement.set_serial_consistency(Some(SerialConsistency::LocalSerial));
        let rows =
            self.session.query_unpaged(statement, values).await.map_err(|e| e.to_string())?;
        let rows = rows.into_rows_result().map_err(|error| error.to_string())?;
        let row = rows.first_row::<Row>().map_err(|error| error.to_string())?;
        let applied = row.columns.first().and_then(Option::as_ref).and_then(|v| v.as_boolean());
        applied.ok_or_else(|| "the answer does not begin with [applied]".to_owned())
    }
}

fn length() -> i64 {
    i64::try_from(LEASE.as_millis()).expect("a lease is short")
}

fn millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
