//! What a durable commit costs on a CQL server: the store beside a bare conditional insert and the
//! bare conditional batch, in one run against one server.
//!
//! `cargo run -p igny8-bench-micro --bin cql_cost <host:port>` takes about a minute and a half. It
//! makes two keyspaces on that server, `igny8_bench` and `igny8_bench_bare`.

// Its output is what it is for.
#![allow(clippy::print_stdout)]

mod cost;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use cost::{Cost, Owner, produce};
use igny8_protocol_ids::{EntityKey, TenantId};
use igny8_storage_api::{Expected, Store};
use igny8_storage_cql::{CqlOptions, CqlStore, Replication};
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::statement::prepared::PreparedStatement;
use scylla::statement::{Consistency, SerialConsistency};
use scylla::value::Row;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// What a commit carries: a small event.
const RECORD_BYTES: usize = 200;
const MEASURE: Duration = Duration::from_secs(5);
/// The better of two rounds is taken: on a shared machine the worse one measures the neighbours.
const ROUNDS: usize = 2;
const PRODUCERS: [usize; 3] = [1, 64, 512];

/// One table with the fence and the frames of an entity in one partition, as the store has it.
const SCHEMA: [&str; 2] = [
    "CREATE KEYSPACE IF NOT EXISTS igny8_bench_bare WITH replication = \
     {'class': 'NetworkTopologyStrategy', 'replication_factor': 1}",
    "CREATE TABLE IF NOT EXISTS igny8_bench_bare.entity (part uuid, kind tinyint, seq bigint, \
     epoch bigint, last_seq bigint, commit_id uuid, chain blob, body blob, \
     PRIMARY KEY (part, kind, seq))",
];
const INSERT: &str = "INSERT INTO igny8_bench_bare.entity \
     (part, kind, seq, epoch, last_seq, body) VALUES (?, 0, 0, 1, 0, ?) IF NOT EXISTS";
/// One text: the driver routes a prepared batch as what it is.
const BATCH: &str = "BEGIN BATCH \
     UPDATE igny8_bench_bare.entity SET last_seq = ?, commit_id = ?, chain = ? \
     WHERE part = ? AND kind = 0 AND seq = 0 IF epoch = 1 AND last_seq = ?; \
     INSERT INTO igny8_bench_bare.entity (part, kind, seq, body) VALUES (?, 1, ?, ?); \
     APPLY BATCH";

fn main() -> Result<()> {
    let server = std::env::args().nth(1).context("which server? Say host:port")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(&server))
}

async fn run(server: &str) -> Result<()> {
    let bare = Arc::new(Bare::connect(server).await?);
    let mut options = CqlOptions::new([server], "igny8_bench");
    options.replication = Replication { datacenter: None, copies: 1 };
    let store = Arc::new(CqlStore::connect(options).await?);
    println!("{:<28} {:>9} {:>11} {:>10} {:>10}", "", "producers", "commits/s", "p50 ms", "p99 ms");
    for producers in PRODUCERS {
        let (mut insert, mut batch, mut commit) = (None, None, None);
        for _ in 0..ROUNDS {
            better(&mut insert, measure_insert(&bare, producers).await?);
            better(&mut batch, measure_batch(&bare, producers).await?);
            better(&mut commit, measure_store(&store, producers).await?);
        }
        let costs =
            [("conditional insert", insert), ("conditional batch", batch), ("CQL store", commit)];
        for (name, cost) in costs {
            print(name, producers, &cost.context("it was measured")?);
        }
        let (batch, commit) = (batch.context("measured")?, commit.context("measured")?);
        println!(
            "  store / batch: {:.2} of its commits/s, p50 {:.2}, p99 {:.2} of its own",
            commit.per_second / batch.per_second,
            commit.p50.as_secs_f64() / batch.p50.as_secs_f64(),
            commit.p99.as_secs_f64() / batch.p99.as_secs_f64(),
        );
    }
    Ok(())
}

fn better(best: &mut Option<Cost>, next: Cost) {
    if best.is_none_or(|best| next.per_second > best.per_second) {
        *best = Some(next);
    }
}

fn print(name: &str, producers: usize, cost: &Cost) {
    println!(
        "{name:<28} {producers:>9} {:>11.0} {:>10.2} {:>10.2}",
        cost.per_second,
        cost.p50.as_secs_f64() * 1e3,
        cost.p99.as_secs_f64() * 1e3,
    );
}

/// The driver and two statements.
struct Bare {
    session: Session,
    insert: PreparedStatement,
    batch: PreparedStatement,
}

impl Bare {
    async fn connect(server: &str) -> Result<Self> {
        let session = SessionBuilder::new().known_node(server).build().await?;
        for statement in SCHEMA {
            session.query_unpaged(statement, ()).await?;
        }
        session.await_schema_agreement().await?;
        let insert = conditional(session.prepare(INSERT).await?);
        let batch = conditional(session.prepare(BATCH).await?);
        Ok(Self { session, insert, batch })
    }
}

fn conditional(mut statement: PreparedStatement) -> PreparedStatement {
    statement.set_consistency(Consistency::LocalQuorum);
    statement.set_serial_consistency(Some(SerialConsistency::LocalSerial));
    statement
}

/// One entity of the bare table.
struct Part {
    bare: Arc<Bare>,
    part: Uuid,
    sequence: i64,
}

impl Part {
    fn new(bare: &Arc<Bare>) -> Self {
        Self { bare: bare.clone(), part: Uuid::new_v4(), sequence: 0 }
    }
}

async fn measure_insert(bare: &Arc<Bare>, producers: usize) -> Result<Cost> {
    let parts = (0..producers).map(|_| Part::new(bare)).collect();
    produce(parts, MEASURE, insert).await
}

async fn insert(mut part: Part) -> Result<(Part, Duration)> {
    part.part = Uuid::new_v4();
    let begin = Instant::now();
    let values = (part.part, vec![7_u8; RECORD_BYTES]);
    let result = part.bare.session.execute_unpaged(&part.bare.insert, values).await?;
    let took = begin.elapsed();
    applied(result.into_rows_result()?.first_row::<Row>()?)?;
    Ok((part, took))
}

async fn measure_batch(bare: &Arc<Bare>, producers: usize) -> Result<Cost> {
    let mut parts = Vec::new();
    for _ in 0..producers {
        let part = Part::new(bare);
        let values = (part.part, Vec::<u8>::new());
        bare.session.execute_unpaged(&bare.insert, values).await?;
        parts.push(part);
    }
    produce(parts, MEASURE, batch).await
}

async fn batch(mut part: Part) -> Result<(Part, Duration)> {
    let next = part.sequence + 1;
    let begin = Instant::now();
    let body = vec![7_u8; RECORD_BYTES];
    let head = (next, Uuid::new_v4(), vec![7_u8; 32], part.part, part.sequence);
    let values = (head.0, head.1, head.2, head.3, head.4, part.part, next, body);
    let result = part.bare.session.execute_unpaged(&part.bare.batch, values).await?;
    let took = begin.elapsed();
    applied(result.into_rows_result()?.first_row::<Row>()?)?;
    part.sequence = next;
    Ok((part, took))
}

/// The first column of the first row says whether the condition held.
fn applied(row: Row) -> Result<()> {
    let first = row.columns.first().and_then(Option::as_ref);
    ensure!(first.and_then(|value| value.as_boolean()) == Some(true), "a condition failed");
    Ok(())
}

async fn measure_store(store: &Arc<CqlStore>, producers: usize) -> Result<Cost> {
    let mut owners = Vec::new();
    for _ in 0..producers {
        let entity = EntityKey::tenant(TenantId::from_uuid(Uuid::new_v4()));
        let head = store.take(&entity).await?;
        let expected = Expected { epoch: head.epoch, sequence: head.sequence };
        owners.push(Owner { store: store.clone(), entity, expected });
    }
    produce(owners, MEASURE, commit).await
}

async fn commit(owner: Owner<CqlStore>) -> Result<(Owner<CqlStore>, Duration)> {
    cost::commit(owner, Bytes::from_static(&[7; RECORD_BYTES])).await
}
