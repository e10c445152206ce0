//! What growth costs: memory, latency and bytes on disk of a store of a million entities and ten
//! million records, beside a small one in the same run; and taking over a large entity beside
//! reading its bytes.
//!
//! `cargo run -p igny8-bench-micro --bin growth [directory] [entities]` takes some minutes for a
//! million entities, and a few GB of disk.

// Its output is what it is for.
#![allow(clippy::print_stdout)]

mod cost;
mod process;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use cost::{Cost, Owner, produce};
use igny8_protocol_ids::{EntityKey, TenantId};
use igny8_storage_api::{Change, CommitId, CommitOutcome, Expected, Record, Store};
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore};
use process::{directory_bytes, forget, resident_bytes, written_bytes};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The usual size of the large store.
const ENTITIES: usize = 1_000_000;
const ENTITIES_SMALL: usize = 1_000;
const RECORDS_OF_ENTITY: usize = 10;
const RECORD_BYTES: usize = 100;
/// Entities that are made at the same time.
const MAKERS: usize = 256;
/// Producers of the measured load.
const PRODUCERS: usize = 64;
const MEASURE: Duration = Duration::from_secs(10);
/// The entity that is taken over.
const LARGE_RECORDS: usize = 10_000;
const LARGE_RECORD_BYTES: usize = 200;
const TAKE_OVERS: usize = 9;
/// The files are at rest when their size has not changed for so long.
const REST: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().unwrap_or_else(|| "target".into());
    let entities = arguments.next().map_or(Ok(ENTITIES), |text| text.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let directory = tempfile::tempdir_in(place)?;
    runtime.block_on(async {
        take_over(&directory.path().join("large")).await?;
        grow(&directory.path().join("growth"), entities).await
    })
}

fn entity(number: usize) -> EntityKey {
    EntityKey::tenant(TenantId::from_uuid(uuid::Uuid::from_u128(number as u128)))
}

/// The median of taking an entity over, and of reading its bytes: from memory, and from the disk.
async fn take_over(directory: &Path) -> Result<()> {
    let store = EmbeddedStore::open(directory, EmbeddedOptions::default())?;
    let head = store.take(&entity(0)).await?;
    let mut expected = Expected { epoch: head.epoch, sequence: head.sequence };
    for group in 0..LARGE_RECORDS / 100 {
        let puts = (0..100)
            .map(|number| {
                let key = format!("record/{:08}", group * 100 + number);
                Record::new(key, vec![number as u8; LARGE_RECORD_BYTES])
            })
            .collect();
        let change = Change { commit_id: CommitId(1), puts, ..Change::default() };
        let CommitOutcome::Applied(head) = store.commit(&entity(0), expected, change).await? else {
            bail!("fenced");
        };
        expected.sequence = head.sequence;
    }
    store.close().await;
    let plain = directory.with_extension("plain");
    std::fs::write(&plain, vec![7; LARGE_RECORDS * (LARGE_RECORD_BYTES + 15)])?;
    std::fs::File::open(&plain)?.sync_all()?;
    println!("taking over an entity of {LARGE_RECORDS} records, median of {TAKE_OVERS}");
    for (name, cold) in [("from the disk", true), ("from memory", false)] {
        let (mut taken, mut read) = (Vec::new(), Vec::new());
        for _ in 0..TAKE_OVERS {
            if cold {
                forget(directory)?;
                forget(&plain)?;
            }
            let begin = Instant::now();
            let bytes = std::fs::read(&plain)?;
            read.push(begin.elapsed());
            drop(bytes);
            let store = EmbeddedStore::open(directory, EmbeddedOptions::default())?;
            if cold {
                forget(directory)?;
            }
            let begin = Instant::now();
            store.take(&entity(0)).await?;
            let loaded = store.load(&entity(0)).await?.context("it is there")?;
            taken.push(begin.elapsed());
            anyhow::ensure!(loaded.records.len() == LARGE_RECORDS);
            store.close().await;
        }
        let (taken, read) = (median(taken), median(read));
        println!(
            "  {name}: {:.2} ms, reading the bytes {:.2} ms, ratio {:.1}",
            milliseconds(taken),
            milliseconds(read),
            taken.as_secs_f64() / read.as_secs_f64(),
        );
    }
    Ok(())
}

async fn grow(directory: &Path, entities: usize) -> Result<()> {
    println!(
        "{:<10} {:>10} {:>10} {:>9} {:>9} {:>9} {:>9}",
        "", "entities", "records", "RSS MiB", "commits/s", "p50 ms", "p99 ms"
    );
    let store = Arc::new(EmbeddedStore::open(directory, EmbeddedOptions::default())?);
    make(&store, 0..ENTITIES_SMALL).await?;
    let small = measure(&store, "small", ENTITIES_SMALL).await?;
    let (written_before, begin) = (written_bytes()?, Instant::now());
    make(&store, ENTITIES_SMALL..entities).await?;
    let took = begin.elapsed();
    let user = (entities - ENTITIES_SMALL) * RECORDS_OF_ENTITY * (RECORD_BYTES + KEY_BYTES);
    let written = written_bytes()? - written_before;
    settle(directory).await?;
    let merged = written_bytes()? - written_before;
    let on_disk = directory_bytes(directory)?;
    let large = measure(&store, "large", entities).await?;
    println!("filled in {:.0} s", took.as_secs_f64());
    println!(
        "bytes per stored byte: {:.2} written while filling, {:.2} with all merges, {:.2} on disk",
        written as f64 / user as f64,
        merged as f64 / user as f64,
        on_disk as f64 / user as f64,
    );
    println!(
        "large / small: memory {:+.0} MiB, p99 {:.2}",
        mebibytes(large.0) - mebibytes(small.0),
        large.1.p99.as_secs_f64() / small.1.p99.as_secs_f64(),
    );
    if let Some(store) = Arc::into_inner(store) {
        store.close().await;
    }
    Ok(())
}

/// Of a record of the growing store.
const KEY_BYTES: usize = 12;

fn records(entity: usize) -> Vec<Record> {
    let one = |number| {
        // Not all alike: what compresses to nothing would make the files too small.
        let seed = (entity * RECORDS_OF_ENTITY + number) as u64;
        let words = (0..RECORD_BYTES as u64 / 8 + 1)
            .map(|word| (seed ^ (word << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut value: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
        value.truncate(RECORD_BYTES);
        Record::new(format!("record/{number:05}"), value)
    };
    (0..RECORDS_OF_ENTITY).map(one).collect()
}

/// Makes entities with their records, many at a time.
async fn make(store: &Arc<EmbeddedStore>, numbers: std::ops::Range<usize>) -> Result<()> {
    let next = Arc::new(AtomicUsize::new(numbers.start));
    let makers = (0..MAKERS).map(|_| {
        let (store, next, end) = (store.clone(), next.clone(), numbers.end);
        tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= end {
                    return anyhow::Ok(());
                }
                let head = store.take(&entity(number)).await?;
                let expected = Expected { epoch: head.epoch, sequence: head.sequence };
                let puts = records(number);
                let change = Change { commit_id: CommitId(1), puts, ..Change::default() };
                store.commit(&entity(number), expected, change).await?;
            }
        })
    });
    for maker in futures::future::join_all(makers).await {
        maker??;
    }
    Ok(())
}

/// Commits to entities all over the store.
async fn measure(store: &Arc<EmbeddedStore>, name: &str, entities: usize) -> Result<(u64, Cost)> {
    let walker = |first| Walker { store: store.clone(), first, step: 0, entities };
    let cost = produce((0..PRODUCERS).map(walker).collect(), MEASURE, visit).await?;
    let resident = resident_bytes()?;
    println!(
        "{name:<10} {entities:>10} {:>10} {:>9.0} {:>9.0} {:>9.2} {:>9.2}",
        entities * RECORDS_OF_ENTITY,
        mebibytes(resident),
        cost.per_second,
        milliseconds(cost.p50),
        milliseconds(cost.p99),
    );
    Ok((resident, cost))
}

/// Goes through every so many of the entities, in no order that helps: each is taken over and
/// written.
struct Walker {
    store: Arc<EmbeddedStore>,
    first: usize,
    step: usize,
    entities: usize,
}

/// Coprime to what it is used with: the walk meets all before it comes back.
const STRIDE: usize = 7_919;

async fn visit(mut walker: Walker) -> Result<(Walker, Duration)> {
    walker.step += STRIDE;
    let own = walker.entities / PRODUCERS;
    let entity = entity(walker.first + PRODUCERS * (walker.step % own));
    let head = walker.store.take(&entity).await?;
    let expected = Expected { epoch: head.epoch, sequence: head.sequence };
    let owner = Owner { store: walker.store.clone(), entity, expected };
    // Only the commit counts: it is what the small store is compared by.
    let (_, took) = cost::commit(owner, Bytes::from_static(&[7; RECORD_BYTES])).await?;
    Ok((walker, took))
}

/// Waits until the files are at rest.
async fn settle(directory: &Path) -> Result<()> {
    let mut before = 0;
    loop {
        let now = directory_bytes(directory)?;
        if now == before {
            return Ok(());
        }
        before = now;
        tokio::time::sleep(REST).await;
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1 << 20) as f64
}
