//! R7 and R2 with real nodes: killed and paused under load. Nothing acknowledged is lost, nothing
//! is there twice, feeds have no gap, and no two owners write side by side.
//!
//! Here the server dies and the client lives on; the other way round is a restart, which the suite
//! has. (SIGKILL keeps the page cache: power loss is the server's own affair.)

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod server;

use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId};
use igny8_storage_api::{
    Append, Change, CommitId, CommitOutcome, Expected, Head, NewOutbox, Record, Store, StoreError,
};
use igny8_storage_cql::{CqlOptions, CqlStore, Replication};
use rand::Rng;
use server::{Cassandra, fresh_keyspace};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

const WRITERS: u128 = 8;
/// Nobody waits longer for a store to answer again: a node needs 6 to 10 s to start.
const RECOVERY_MAX: Duration = Duration::from_secs(120);

fn is_long() -> bool {
    std::env::var_os("IGNY8_TEST_LONG").is_some()
}

fn entity(writer: u128) -> EntityKey {
    EntityKey::tenant(TenantId::from_uuid(Uuid::from_u128(writer + 1)))
}

/// What the writers were told.
#[derive(Default)]
struct Book {
    /// The commit that was acknowledged for (entity, sequence).
    commits: Mutex<HashMap<(u128, u64), CommitId>>,
    /// Acknowledged appends: (entity, epoch, number).
    appends: Mutex<Vec<(u128, Epoch, Sequence)>>,
    acknowledged: AtomicU64,
    retryable: AtomicU64,
    unknown: AtomicU64,
    stop: AtomicBool,
}

impl Book {
    fn acknowledge(&self, writer: u128, head: &Head) {
        let key = (writer, head.sequence.0);
        let before = self.commits.lock().unwrap().insert(key, head.commit_id);
        assert!(
            before.is_none_or(|before| before == head.commit_id),
            "two owners were told that commit {} of entity {writer} is theirs",
            head.sequence.0
        );
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
    }

    /// Only errors that say clearly that one may try again, or that the outcome is open.
    fn note(&self, error: &StoreError) {
        match error {
            StoreError::Unavailable { .. } => self.retryable.fetch_add(1, Ordering::Relaxed),
            StoreError::Unknown { .. } => self.unknown.fetch_add(1, Ordering::Relaxed),
            other => panic!("not a retryable answer: {other}"),
        };
    }

    /// Waits until so many more commits were acknowledged; how long that took.
    async fn wait_for(&self, more: u64) -> Duration {
        let (start, from) = (Instant::now(), self.acknowledged.load(Ordering::Relaxed));
        while self.acknowledged.load(Ordering::Relaxed) < from + more {
            assert!(start.elapsed() < RECOVERY_MAX, "the store does not answer again");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        start.elapsed()
    }
}

/// Asks again as long as the answer allows it.
async fn persist<T, F: Future<Output = Result<T, StoreError>>>(
    book: &Book,
    mut ask: impl FnMut() -> F,
) -> T {
    let start = Instant::now();
    loop {
        match ask().await {
            Ok(value) => return value,
            Err(error) => book.note(&error),
        }
        assert!(start.elapsed() < RECOVERY_MAX, "the store does not answer again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn change(id: CommitId, number: u64) -> (Change, Append) {
    let body = Bytes::from(id.0.to_string());
    let change = Change {
        commit_id: id,
        puts: vec![
            Record::new("last", body.clone()),
            Record::new(format!("k{}", number % 50), body.clone()),
        ],
        events: vec![body.clone()],
        outbox: vec![NewOutbox { index: 0, body: body.clone() }],
        ..Change::default()
    };
    (change, Append { sequence: Sequence(number), body })
}

/// An owner as the runtime is one: commits, resolves what is unknown by the head, takes anew when
/// it is fenced.
async fn write(store: Arc<CqlStore>, book: Arc<Book>, writer: u128) {
    let entity = entity(writer);
    let mut head = persist(&book, || store.take(&entity)).await;
    let mut appended = 0;
    while !book.stop.load(Ordering::Relaxed) {
        let id = CommitId(Uuid::new_v4().as_u128());
        appended += 1;
        let (change, append) = change(id, appended);
        if appended % 4 == 0 {
            let number = append.sequence;
            persist(&book, || store.append(&entity, head.epoch, vec![append.clone()])).await;
            book.appends.lock().unwrap().push((writer, head.epoch, number));
        }
        let expected = Expected { epoch: head.epoch, sequence: head.sequence };
        let now = match store.commit(&entity, expected, change).await {
            Ok(CommitOutcome::Applied(now)) => now,
            // Until the head is read, nothing else happens.
            Ok(CommitOutcome::Fenced(_)) | Err(StoreError::Unknown { .. }) => {
                book.unknown.fetch_add(1, Ordering::Relaxed);
                persist(&book, || store.head(&entity)).await.expect("it was taken")
            }
            Err(error) => {
                book.note(&error);
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        if now.commit_id == id {
            book.acknowledge(writer, &now);
        }
        if now.epoch == head.epoch {
            head = now;
        } else {
            (head, appended) = (persist(&book, || store.take(&entity)).await, 0);
        }
    }
}

/// What is there must be what was said.
async fn examine(store: &CqlStore, book: &Book) {
    let commits = book.commits.lock().unwrap().clone();
    let appends = book.appends.lock().unwrap().clone();
    let mut seen = HashMap::new();
    for writer in 0..WRITERS {
        let feed = whole_feed(store, writer).await;
        for (position, id) in feed.iter().enumerate() {
            let before = seen.insert(*id, (writer, position));
            assert_eq!(before, None, "commit {id:?} is there twice");
        }
        for ((_, sequence), id) in commits.iter().filter(|((other, _), _)| *other == writer) {
            let found = feed.get(usize::try_from(*sequence).unwrap() - 1);
            assert_eq!(found, Some(id), "commit {sequence} of entity {writer} is lost");
        }
        let loaded = store.load(&entity(writer)).await.unwrap().unwrap();
        assert_eq!(loaded.head.sequence.0, feed.len() as u64);
        assert_eq!(loaded.outbox.len(), feed.len(), "parts of a commit are not together");
        let last = loaded.records.iter().find(|record| record.key == "last");
        let wanted = feed.last().map(|id| Bytes::from(id.0.to_string()));
        assert_eq!(last.map(|record| record.value.clone()), wanted);
        let rows = store.appends(&entity(writer)).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|row| (writer, row.epoch, row.sequence)).collect();
        for append in appends.iter().filter(|(other, ..)| *other == writer) {
            assert!(rows.contains(append), "append {append:?} is lost");
        }
    }
}

/// The ids of all commits of an entity, from its gap-free feed and along its chain.
async fn whole_feed(store: &CqlStore, writer: u128) -> Vec<CommitId> {
    let (mut ids, mut chain) = (Vec::new(), [0; 32]);
    loop {
        let after = Sequence(ids.len() as u64);
        let page = store.feed(&entity(writer), after, 1_000).await.unwrap();
        assert!(!page.truncated);
        for frame in page.frames {
            assert_eq!(frame.sequence.0, ids.len() as u64 + 1, "a gap");
            chain = frame.digest.chain(&chain, frame.epoch, frame.sequence, frame.commit_id);
            assert_eq!(chain, frame.chain);
            ids.push(frame.commit_id);
        }
        if !page.more {
            return ids;
        }
    }
}

fn options(nodes: &Cassandra, keyspace: &str, copies: u8) -> CqlOptions {
    CqlOptions {
        replication: Replication { datacenter: None, copies },
        feed_commits_kept: u64::MAX,
        checkpoint_commits: 16,
        silence_max: Duration::from_secs(3),
        ..CqlOptions::new(nodes.contact_points(), keyspace)
    }
}

struct Load {
    book: Arc<Book>,
    writers: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn start(store: &Arc<CqlStore>) -> Self {
        let book = Arc::new(Book::default());
        let writers = (0..WRITERS)
            .map(|writer| tokio::spawn(write(store.clone(), book.clone(), writer)))
            .collect();
        Self { book, writers }
    }

    async fn stop(self) -> Arc<Book> {
        self.book.stop.store(true, Ordering::Relaxed);
        for writer in self.writers {
            writer.await.unwrap();
        }
        self.book
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_nothing_acknowledged_is_lost_or_doubled_when_the_node_is_killed() {
    let kills = if is_long() { 20 } else { 3 };
    let node = Cassandra::start("kill", 1);
    let options = options(&node, &fresh_keyspace(), 1);
    let store = Arc::new(CqlStore::connect(options.clone()).await.unwrap());
    let load = Load::start(&store);
    for round in 1..=kills {
        let more = rand::rng().random_range(50..1_500);
        load.book.wait_for(more).await;
        node.ask(&["kill", "--node", "1"]);
        node.ask(&["start"]);
        let pause = load.book.wait_for(100).await;
        println!("kill {round}: serves again {pause:?} after the node does");
    }
    let book = load.stop().await;
    // By the same client, and by one that knows nothing.
    examine(&store, &book).await;
    let other = CqlStore::connect(options).await.unwrap();
    examine(&other, &book).await;
    println!(
        "{} commits acknowledged, {} outcomes resolved, {} refusals",
        book.acknowledged.load(Ordering::Relaxed),
        book.unknown.load(Ordering::Relaxed),
        book.retryable.load(Ordering::Relaxed)
    );
    assert!(book.acknowledged.load(Ordering::Relaxed) >= 150 * kills);
}

/// Somebody else takes entities over while their owners write.
async fn steal(store: Arc<CqlStore>, book: Arc<Book>) {
    while !book.stop.load(Ordering::Relaxed) {
        let writer = rand::rng().random_range(0..WRITERS);
        let entity = entity(writer);
        let head = persist(&book, || store.take(&entity)).await;
        let (change, _) = change(CommitId(Uuid::new_v4().as_u128()), 0);
        let id = change.commit_id;
        let expected = Expected { epoch: head.epoch, sequence: head.sequence };
        match store.commit(&entity, expected, change).await {
            Ok(CommitOutcome::Applied(now)) => book.acknowledge(writer, &now),
            Ok(CommitOutcome::Fenced(now)) if now.commit_id == id => {
                book.acknowledge(writer, &now);
            }
            Ok(CommitOutcome::Fenced(_)) => {}
            Err(error) => book.note(&error),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_three_nodes_one_killed_and_one_paused_keep_every_promise() {
    if !is_long() {
        println!("three nodes are for `cargo xtask test --long`");
        return;
    }
    let nodes = Cassandra::start("three", 3);
    let options = options(&nodes, &fresh_keyspace(), 3);
    let store = Arc::new(CqlStore::connect(options.clone()).await.unwrap());
    let load = Load::start(&store);
    // The other owner is another process as far as the store can tell.
    let other = Arc::new(CqlStore::connect(options.clone()).await.unwrap());
    let thief = tokio::spawn(steal(other.clone(), load.book.clone()));
    let calm = load.book.wait_for(1_000).await;
    println!("three nodes: 1,000 commits in {calm:?}");

    nodes.ask(&["kill", "--node", "2"]);
    println!("node 2 killed: 1,000 commits in {:?}", load.book.wait_for(1_000).await);
    nodes.ask(&["start", "--node", "2"]);
    println!("node 2 is back: 1,000 commits in {:?}", load.book.wait_for(1_000).await);

    nodes.ask(&["pause", "--node", "3"]);
    let paused = Instant::now();
    tokio::time::sleep(Duration::from_secs(10)).await;
    nodes.ask(&["resume", "--node", "3"]);
    println!("node 3 was paused for {:?}", paused.elapsed());
    load.book.wait_for(200).await;
    let after = load.book.wait_for(1_000).await;
    println!("node 3 is back: 1,000 commits in {after:?}");

    let book = load.stop().await;
    thief.await.unwrap();
    examine(&store, &book).await;
    examine(&CqlStore::connect(options).await.unwrap(), &book).await;
    println!(
        "{} commits acknowledged, {} outcomes resolved, {} refusals",
        book.acknowledged.load(Ordering::Relaxed),
        book.unknown.load(Ordering::Relaxed),
        book.retryable.load(Ordering::Relaxed)
    );
}
