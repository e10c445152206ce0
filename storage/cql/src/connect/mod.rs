//! The connection: one session, prepared statements by their text, and what each class of them may
//! do when it fails.

mod flavour;
mod lease;
mod schema;
mod version_1;

use crate::error::{ConnectError, read_failed, write_failed};
use crate::key::Values;
use crate::option::CqlOptions;
use flavour::Flavour;
use futures::{Stream, StreamExt, TryStreamExt};
use igny8_storage_api::StoreError;
use scylla::client::execution_profile::ExecutionProfile;
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::deserialize::row::DeserializeRow;
use scylla::errors::ExecutionError;
use scylla::policies::load_balancing::DefaultPolicy;
use scylla::policies::retry::{DefaultRetryPolicy, FallthroughRetryPolicy};
use scylla::policies::speculative_execution::SimpleSpeculativeExecutionPolicy;
use scylla::response::query_result::QueryResult;
use scylla::statement::batch::{Batch, BatchType};
use scylla::statement::prepared::PreparedStatement;
use scylla::statement::{Consistency, SerialConsistency};
use scylla::value::{CqlValue, Row};
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// An ordinary read that has not answered by then is asked of a second node as well. Well above the
/// usual answer, so that a busy server is not asked everything twice.
const SECOND_READ_AFTER: Duration = Duration::from_millis(250);
/// Tries of a read, and of a write whose repetition is harmless.
const TRIES: u32 = 3;
/// Before the second try; doubles with each.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(20);
/// How often a silent connection is asked for a sign of life.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// Rows per answer, unless the caller knows better.
const PAGE_ROWS: i32 = 256;
/// Scans wait longer than other requests.
const SCAN_TIMEOUT: Duration = Duration::from_secs(35);
/// Nodes that have just started on busy machines take this long to agree on new tables. They are
/// made once.
const AGREEMENT_MAX: Duration = Duration::from_secs(60);
/// Bytes of one unlogged batch: above 50 KiB a Cassandra with its own defaults refuses it.
pub(crate) const BATCH_BYTES_MAX: usize = 32 * 1024;
/// Writes of one call that are under way at the same time.
const WRITES_AT_ONCE: usize = 8;

/// What a statement does decides how it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Reads what conditional writes have decided, and finishes what they left half done. Never
    /// asked of two nodes at once: they would be in each other's way.
    Serial,
    /// An ordinary read by quorum.
    Read,
    /// A read over a whole table.
    Scan,
    /// A conditional write: asked once, by nobody again.
    Conditional,
    /// A write whose repetition is harmless.
    Plain,
}

/// A statement. `KS.` stands for the keyspace.
pub(crate) struct Statement {
    pub(crate) class: Class,
    pub(crate) text: &'static str,
}

impl Statement {
    pub(crate) const fn new(class: Class, text: &'static str) -> Self {
        Self { class, text }
    }
}

/// The answer of a conditional write.
pub(crate) struct Answer {
    pub(crate) applied: bool,
    row: HashMap<String, CqlValue>,
}

impl Answer {
    /// A column of the row that was in the way. Cassandra tells it only then; ScyllaDB always.
    pub(crate) fn column(&self, name: &str) -> Option<&CqlValue> {
        self.row.get(name)
    }
}

/// An open session on a keyspace whose tables are up to date.
pub(crate) struct Database {
    session: Session,
    keyspace: String,
    flavour: Flavour,
    speculative: ExecutionProfile,
    prepared: RwLock<HashMap<String, Arc<PreparedStatement>>>,
}

impl Database {
    pub(crate) async fn connect(options: &CqlOptions) -> Result<Self, ConnectError> {
        check_keyspace(&options.keyspace)?;
        let profile = profile(options);
        let speculative = SimpleSpeculativeExecutionPolicy {
            max_retry_count: 1,
            retry_interval: SECOND_READ_AFTER,
        };
        let speculative =
            profile.to_builder().speculative_execution_policy(Some(Arc::new(speculative))).build();
        let session = open_session(options, profile).await?;
        let flavour = Flavour::detect(&session).await.map_err(|reason| ConnectError::Schema {
            keyspace: options.keyspace.clone(),
            reason,
        })?;
        schema::bring_up_to_date(&session, flavour, options).await?;
        let (keyspace, prepared) = (options.keyspace.clone(), RwLock::default());
        Ok(Self { session, keyspace, flavour, speculative, prepared })
    }

    async fn prepare(
        &self,
        class: Class,
        text: &str,
    ) -> Result<Arc<PreparedStatement>, StoreError> {
        if let Some(statement) = self.known(text) {
            return Ok(statement);
        }
        let mut whole = text.replace("KS.", &format!("{}.", self.keyspace));
        if class == Class::Scan {
            whole.push_str(self.flavour.scan_options());
        }
        let mut statement = self.session.prepare(whole).await.map_err(read_failed)?;
        self.configure(class, &mut statement);
        let statement = Arc::new(statement);
        let mut known = self.prepared.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    fn known(&self, text: &str) -> Option<Arc<PreparedStatement>> {
        self.prepared.read().unwrap_or_else(PoisonError::into_inner).get(text).cloned()
    }

    fn configure(&self, class: Class, statement: &mut PreparedStatement) {
        statement.set_page_size(PAGE_ROWS);
        statement.set_consistency(match class {
            Class::Serial => Consistency::LocalSerial,
            _ => Consistency::LocalQuorum,
        });
        statement.set_is_idempotent(class != Class::Conditional);
        match class {
            Class::Conditional => {
                statement.set_serial_consistency(Some(SerialConsistency::LocalSerial));
            }
            Class::Read => {
                statement
                    .set_execution_profile_handle(Some(self.speculative.clone().into_handle()));
            }
            Class::Scan => {
                statement.set_retry_policy(Some(Arc::new(DefaultRetryPolicy::new())));
                statement.set_request_timeout(Some(SCAN_TIMEOUT));
            }
            Class::Serial | Class::Plain => {}
        }
    }

    /// One try after the other, for what may be repeated.
    async fn repeat(
        &self,
        statement: &PreparedStatement,
        values: &Values,
        mut failed: impl FnMut(&ExecutionError),
    ) -> Result<QueryResult, ExecutionError> {
        let mut pause = TRY_AGAIN_AFTER;
        for _ in 1..TRIES {
            match self.session.execute_unpaged(statement, values).await {
                Ok(result) => return Ok(result),
                Err(error) => failed(&error),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        self.session.execute_unpaged(statement, values).await
    }

    /// The first row, if there is one.
    pub(crate) async fn row<R>(
        &self,
        statement: &Statement,
        values: Values,
    ) -> Result<Option<R>, StoreError>
    where
        R: for<'frame, 'metadata> DeserializeRow<'frame, 'metadata>,
    {
        Ok(self.few(statement, values).await?.into_iter().next())
    }

    /// The rows of an answer that its statement keeps small.
    pub(crate) async fn few<R>(
        &self,
        statement: &Statement,
        values: Values,
    ) -> Result<Vec<R>, StoreError>
    where
        R: for<'frame, 'metadata> DeserializeRow<'frame, 'metadata>,
    {
        let prepared = self.prepare(statement.class, statement.text).await?;
        let result = self.repeat(&prepared, &values, |_| {}).await.map_err(read_failed)?;
        let rows = result.into_rows_result().map_err(read_failed)?;
        let rows = rows.rows::<R>().map_err(read_failed)?;
        rows.collect::<Result<_, _>>().map_err(read_failed)
    }

    /// The rows of an answer of any size, page by page.
    pub(crate) async fn rows<R>(
        &self,
        statement: &Statement,
        values: Values,
        page_rows: i32,
    ) -> Result<impl Stream<Item = Result<R, StoreError>> + Unpin + Send, StoreError>
    where
        R: for<'frame, 'metadata> DeserializeRow<'frame, 'metadata> + Send,
    {
        let prepared = self.prepare(statement.class, statement.text).await?;
        let mut prepared = PreparedStatement::clone(&prepared);
        prepared.set_page_size(page_rows);
        let pager = self.session.execute_iter(prepared, values).await.map_err(read_failed)?;
        Ok(pager.rows_stream::<R>().map_err(read_failed)?.map_err(read_failed))
    }

    /// A write whose repetition is harmless.
    pub(crate) async fn write(
        &self,
        statement: &Statement,
        values: Values,
    ) -> Result<(), StoreError> {
        let prepared = self.prepare(statement.class, statement.text).await?;
        let mut may_have_happened = false;
        let note = |error: &ExecutionError| {
            may_have_happened |= matches!(write_failed(error, false), StoreError::Unknown { .. });
        };
        match self.repeat(&prepared, &values, note).await {
            Ok(_) => Ok(()),
            Err(error) if may_have_happened => {
                Err(StoreError::Unknown { reason: error.to_string() })
            }
            Err(error) => Err(write_failed(&error, false)),
        }
    }

    /// Rows of one partition, in as few requests as their sizes allow. Not atomic.
    pub(crate) async fn write_together(
        &self,
        statement: &Statement,
        rows: Vec<Values>,
    ) -> Result<(), StoreError> {
        let mut groups: Vec<(usize, Vec<Values>)> = Vec::new();
        for row in rows {
            let bytes = row_bytes(&row);
            match groups.last_mut() {
                Some((sum, group)) if *sum + bytes <= BATCH_BYTES_MAX => {
                    *sum += bytes;
                    group.push(row);
                }
                _ => groups.push((bytes, vec![row])),
            }
        }
        let writes = groups.into_iter().map(|(_, group)| self.write_group(statement, group));
        futures::stream::iter(writes).buffer_unordered(WRITES_AT_ONCE).try_collect::<()>().await
    }

    async fn write_group(
        &self,
        statement: &Statement,
        mut rows: Vec<Values>,
    ) -> Result<(), StoreError> {
        if rows.len() == 1 {
            return self.write(statement, rows.remove(0)).await;
        }
        let prepared = self.prepare(statement.class, statement.text).await?;
        let mut batch = Batch::new(BatchType::Unlogged);
        batch.set_consistency(Consistency::LocalQuorum);
        batch.set_is_idempotent(true);
        for _ in &rows {
            batch.append_statement(PreparedStatement::clone(&prepared));
        }
        let mut pause = TRY_AGAIN_AFTER;
        let mut may_have_happened = false;
        for attempt in 1..=TRIES {
            let Err(error) = self.session.batch(&batch, &rows).await else { return Ok(()) };
            let failure = write_failed(&error, false);
            may_have_happened |= matches!(failure, StoreError::Unknown { .. });
            if attempt == TRIES {
                return Err(match may_have_happened {
                    true => StoreError::Unknown { reason: error.to_string() },
                    false => failure,
                });
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Ok(())
    }

    /// A conditional write. Asked exactly once.
    pub(crate) async fn conditional(
        &self,
        text: &str,
        values: Values,
    ) -> Result<Answer, StoreError> {
        let prepared = self.prepare(Class::Conditional, text).await?;
        let result = self.session.execute_unpaged(&prepared, values).await;
        let result = result.map_err(|error| write_failed(&error, true))?;
        // From here on it has happened, or has not: an answer that cannot be read is unknown.
        answer(result).map_err(|reason| StoreError::Unknown { reason })
    }
}

/// Cassandra answers with one column if the write was applied, and with the row in the way if not.
/// ScyllaDB answers with the old row always, and with one row per condition of a batch. What both
/// have is the first column of the first row.
fn answer(result: QueryResult) -> Result<Answer, String> {
    let rows = result.into_rows_result().map_err(|error| error.to_string())?;
    let names: Vec<String> =
        rows.column_specs().iter().map(|column| column.name().to_owned()).collect();
    let row = rows.first_row::<Row>().map_err(|error| error.to_string())?;
    let Some(Some(CqlValue::Boolean(applied))) = row.columns.first() else {
        return Err("the answer does not begin with [applied]".into());
    };
    let applied = *applied;
    let row = names.into_iter().zip(row.columns).filter_map(|(name, value)| Some((name, value?)));
    Ok(Answer { applied, row: row.collect() })
}

fn row_bytes(row: &Values) -> usize {
    let value = |value: &CqlValue| value.as_blob().map_or(16, |bytes| bytes.len());
    row.iter().map(value).sum()
}

fn check_keyspace(name: &str) -> Result<(), ConnectError> {
    let is_usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_fine = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= 48
        && name.chars().all(is_usual);
    if is_fine {
        return Ok(());
    }
    Err(ConnectError::Option {
        option: "keyspace",
        value: name.to_owned(),
        reason: "up to 48 lower-case letters, digits and underscores, beginning with a letter",
    })
}

fn profile(options: &CqlOptions) -> ExecutionProfile {
    let mut policy = DefaultPolicy::builder().token_aware(true).permit_dc_failover(false);
    if let Some(datacenter) = &options.datacenter {
        policy = policy.prefer_datacenter(datacenter.clone());
    }
    ExecutionProfile::builder()
        .consistency(Consistency::LocalQuorum)
        .serial_consistency(Some(SerialConsistency::LocalSerial))
        .request_timeout(Some(options.request_timeout))
        // The driver repeats no write by itself: what may be repeated is known here. Ordinary
        // reads go on to the next node, page by page, by the policy of their statements.
        .retry_policy(Arc::new(FallthroughRetryPolicy::new()))
        .load_balancing_policy(policy.build())
        .build()
}

async fn open_session(
    options: &CqlOptions,
    profile: ExecutionProfile,
) -> Result<Session, ConnectError> {
    let mut builder = SessionBuilder::new()
        .known_nodes(&options.contact_points)
        .default_execution_profile_handle(profile.into_handle())
        .keepalive_interval(ASK_EVERY)
        .keepalive_timeout(options.silence_max)
        .schema_agreement_timeout(AGREEMENT_MAX);
    if let Some((user, password)) = &options.credentials {
        builder = builder.user(user, password.expose_secret());
    }
    builder.build().await.map_err(|error| ConnectError::Unreachable {
        contact_points: options.contact_points.join(", "),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keyspaces_are_checked() {
        assert!(check_keyspace("igny8_test1").is_ok());
        for name in ["", "1a", "Igny8", "a-b", "a;drop", &"a".repeat(49)] {
            assert!(check_keyspace(name).is_err(), "{name}");
        }
    }
}
