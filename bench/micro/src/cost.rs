//! Producers that repeat something durable, and what it took them.

// Each program uses a part.
#![allow(dead_code)]

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::{Change, CommitId, CommitOutcome, Expected, Store};
use mimalloc::MiMalloc;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// As in the server.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

impl Cost {
    pub(crate) fn of(mut latencies: Vec<Duration>, elapsed: Duration) -> Result<Self> {
        latencies.sort_unstable();
        let at =
            |percent: usize| latencies.get((latencies.len() * percent / 100).saturating_sub(1));
        let (p50, p99) = at(50).zip(at(99)).context("nothing was measured")?;
        let per_second = latencies.len() as f64 / elapsed.as_secs_f64();
        Ok(Self { per_second, p50: *p50, p99: *p99 })
    }
}

/// Runs one task per producer, each of which repeats `work` until the time is over. The work says
/// how long what is measured took.
pub(crate) async fn produce<P, F>(
    producers: Vec<P>,
    time: Duration,
    work: fn(P) -> F,
) -> Result<Cost>
where
    P: Send + 'static,
    F: Future<Output = Result<(P, Duration)>> + Send + 'static,
{
    let start = Instant::now();
    let tasks = producers.into_iter().map(|mut producer| {
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            while start.elapsed() < time {
                let (next, took) = work(producer).await?;
                producer = next;
                latencies.push(took);
            }
            anyhow::Ok(latencies)
        })
    });
    let mut latencies = Vec::new();
    for task in futures::future::join_all(tasks).await {
        latencies.extend(task??);
    }
    Cost::of(latencies, start.elapsed())
}

/// One owner of one entity.
pub(crate) struct Owner<S> {
    pub(crate) store: Arc<S>,
    pub(crate) entity: EntityKey,
    pub(crate) expected: Expected,
}

/// One commit with one small event.
pub(crate) async fn commit<S: Store>(
    mut owner: Owner<S>,
    event: Bytes,
) -> Result<(Owner<S>, Duration)> {
    let change = Change {
        commit_id: CommitId(u128::from(owner.expected.sequence.0) + 1),
        events: vec![event],
        ..Change::default()
    };
    let begin = Instant::now();
    let outcome = owner.store.commit(&owner.entity, owner.expected, change).await?;
    let took = begin.elapsed();
    let CommitOutcome::Applied(head) = outcome else { bail!("fenced") };
    owner.expected.sequence = head.sequence;
    Ok((owner, took))
}
