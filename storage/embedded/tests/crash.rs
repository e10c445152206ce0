//! R7 with a real process: a child writes and acknowledges through a pipe; it dies at a chosen
//! commit or by a kill; nothing that it acknowledged is lost, and nothing is there twice.

// Outside of test functions, too, a failure is a failed test.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Sequence, TenantId};
use igny8_storage_api::{Change, CommitId, CommitOutcome, Expected, NewOutbox, Record, Store};
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore, Faults};
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

const DIRECTORY: &str = "IGNY8_CRASH_TEST_DIRECTORY";
const SKIP_SYNC: &str = "IGNY8_CRASH_TEST_SKIP_SYNC";
/// Bytes that each commit carries besides: enough to make the engine write and merge tables.
const PADDING: &str = "IGNY8_CRASH_TEST_PADDING";
const ABORT: &str = "IGNY8_FAULT_ABORT_AT_COMMIT";
const WRITERS: u128 = 12;

fn entity(writer: u128) -> EntityKey {
    EntityKey::tenant(TenantId::from_uuid(Uuid::from_u128(writer)))
}

/// The child: not a test of its own, but started by the tests below.
#[test]
fn child_writes_until_it_dies() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let faults = Faults::from_environment();
    faults.skip_sync(std::env::var(SKIP_SYNC).is_ok());
    let options = EmbeddedOptions { faults, feed_commits_kept: u64::MAX, ..Default::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Arc::new(EmbeddedStore::open(Path::new(&directory), options).unwrap());
        let writers = (0..WRITERS).map(|writer| tokio::spawn(write(store.clone(), writer)));
        futures::future::join_all(writers).await;
    });
}

/// Commits for ever; a line per acknowledgement: "ack <writer> <sequence> <commit id>".
async fn write(store: Arc<EmbeddedStore>, writer: u128) {
    let padding = std::env::var(PADDING).map_or(0, |bytes| bytes.parse().unwrap());
    let padding = Bytes::from(vec![7; padding]);
    let mut head = store.take(&entity(writer)).await.unwrap();
    loop {
        let id = Uuid::new_v4().as_u128();
        let body = Bytes::from(id.to_string());
        let change = Change {
            commit_id: CommitId(id),
            puts: vec![Record::new("last", body.clone()), Record::new("padding", padding.clone())],
            events: vec![body.clone()],
            outbox: vec![NewOutbox { index: 0, body }],
            ..Change::default()
        };
        let expected = Expected { epoch: head.epoch, sequence: head.sequence };
        let outcome = store.commit(&entity(writer), expected, change).await.unwrap();
        let CommitOutcome::Applied(applied) = outcome else { panic!("fenced") };
        head = applied;
        let line = format!("ack {writer} {} {id}\n", head.sequence.0);
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }
}

fn start_child(directory: &Path, variables: &[(&str, &str)]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_writes_until_it_dies", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Reads acknowledgements into `acknowledged` until the pipe ends, or kills the child after some.
fn follow(mut child: Child, kill_after: usize, acknowledged: &mut HashMap<(u128, u64), u128>) {
    let mut new = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        // The harness's own words may stand before the first one.
        let Some((_, line)) = line.split_once("ack ") else { continue };
        let mut words = line.split(' ');
        let (Some(writer), Some(sequence), Some(id)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let key = (writer.parse().unwrap(), sequence.parse().unwrap());
        let before = acknowledged.insert(key, id.parse().unwrap());
        assert_eq!(before, None, "a sequence was acknowledged twice");
        new += 1;
        if new == kill_after {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
}

/// What is wrong after the crash, if anything.
async fn examine(directory: &Path, acknowledged: &HashMap<(u128, u64), u128>) -> Vec<String> {
    let store = EmbeddedStore::open(directory, EmbeddedOptions::default()).unwrap();
    let mut problems = Vec::new();
    let report = store.verify(|_| {}).unwrap();
    problems.extend(report.findings.iter().map(|finding| finding.problem.clone()));
    let mut ids = HashSet::new();
    for writer in 0..WRITERS {
        let mine = acknowledged.iter().filter(|((other, _), _)| *other == writer);
        let feed = whole_feed(&store, writer).await;
        for ((_, sequence), id) in mine {
            let position = usize::try_from(*sequence).unwrap() - 1;
            if feed.get(position) != Some(id) {
                problems.push(format!("commit {sequence} of writer {writer} is lost"));
            }
        }
        let Some(loaded) = store.load(&entity(writer)).await.unwrap() else { continue };
        if loaded.outbox.len() != feed.len() || loaded.head.sequence.0 != feed.len() as u64 {
            problems.push(format!("the parts of a commit of writer {writer} are not together"));
        }
        let last = loaded.records.first().map(|record| record.value.clone());
        if last != feed.last().map(|id| Bytes::from(id.to_string())) {
            problems.push(format!("the record of writer {writer} is not its last commit's"));
        }
        for id in feed {
            if !ids.insert(id) {
                problems.push(format!("commit {id} is there twice"));
            }
        }
    }
    store.close().await;
    problems
}

/// The ids of all commits of a writer, from its gap-free feed.
async fn whole_feed(store: &EmbeddedStore, writer: u128) -> Vec<u128> {
    let mut ids = Vec::new();
    loop {
        let after = Sequence(ids.len() as u64);
        let page = store.feed(&entity(writer), after, 1_000).await.unwrap();
        for frame in page.frames {
            assert_eq!(frame.sequence.0, ids.len() as u64 + 1);
            ids.push(std::str::from_utf8(&frame.events[0]).unwrap().parse().unwrap());
        }
        if !page.more {
            return ids;
        }
    }
}

#[tokio::test]
async fn r7_nothing_acknowledged_is_lost_or_doubled_by_aborts_at_chosen_commits() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = HashMap::new();
    for point in
        ["before:1", "after:1", "after:2", "before:40", "after:55", "before:333", "after:700"]
    {
        let before = acknowledged.len();
        let child = start_child(directory.path(), &[(ABORT, point)]);
        follow(child, usize::MAX, &mut acknowledged);
        assert_eq!(examine(directory.path(), &acknowledged).await, [""; 0], "aborted {point}");
        // An abort "after" N commits came when they were durable: most of them were answered.
        let late = point.ends_with("700");
        assert!(!late || acknowledged.len() - before > 500, "the child died too early");
    }
}

#[tokio::test]
async fn r7_nothing_acknowledged_is_lost_or_doubled_by_kills() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = HashMap::new();
    for kill_after in [1, 10, 100, 777, 1_500] {
        let child = start_child(directory.path(), &[]);
        follow(child, kill_after, &mut acknowledged);
        assert_eq!(examine(directory.path(), &acknowledged).await, [""; 0]);
    }
    assert!(acknowledged.len() >= 2_388);
}

/// The engine writes a table for every 64 MiB: these kills meet it at that.
#[tokio::test]
async fn r7_nothing_acknowledged_is_lost_or_doubled_by_kills_while_tables_are_written() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = HashMap::new();
    for kill_after in [170, 340, 350, 360, 680] {
        let child = start_child(directory.path(), &[(PADDING, "200000")]);
        follow(child, kill_after, &mut acknowledged);
        assert_eq!(examine(directory.path(), &acknowledged).await, [""; 0]);
    }
}

/// A first start that is killed while the files are being made leaves a directory that opens.
#[tokio::test]
async fn r7_killed_while_the_directory_is_made_opens_again() {
    let stages = [
        "igny8.lock",
        "engine.unfinished",
        "engine.unfinished/lock",
        "engine.unfinished/keyspaces",
        "engine.unfinished/keyspaces/1",
        "engine.unfinished/keyspaces/2",
        "engine.unfinished/keyspaces/4",
        "engine",
    ];
    for stage in stages {
        let directory = tempfile::tempdir().unwrap();
        let mut child = start_child(directory.path(), &[]);
        let deadline = Instant::now() + Duration::from_secs(30);
        // The last stage replaces the others: reaching it is reaching all.
        while !directory.path().join(stage).exists() && !directory.path().join("engine").exists() {
            assert!(Instant::now() < deadline, "{stage} does not appear");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(examine(directory.path(), &HashMap::new()).await, [""; 0], "killed at {stage}");
    }
}

#[tokio::test]
async fn r7_crash_test_notices_a_skipped_sync() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = HashMap::new();
    let child = start_child(directory.path(), &[(SKIP_SYNC, "1")]);
    follow(child, 300, &mut acknowledged);
    let problems = examine(directory.path(), &acknowledged).await;
    assert!(problems.iter().any(|problem| problem.ends_with("is lost")), "nothing was lost");
}
