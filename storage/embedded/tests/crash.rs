//! R7 with a real process: a child writes and acknowledges through a pipe; it dies at a chosen
//! commit or by a kill; nothing that it acknowledged is lost, and nothing is there twice. (A kill
//! keeps what the system has in memory: loss of power is in power.rs.)

// Outside of test functions, too, a failure is a failed test.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod chance;
mod check;
mod load;

use chance::Chance;
use load::{ABORT, Acknowledged, Life, PADDING, SKIP_SYNC, TABLE, WRITERS, chosen, examine};
use std::time::{Duration, Instant};

/// The child: not a test of its own, but started by the tests below.
#[test]
fn child_writes_until_it_dies() {
    load::child();
}

#[tokio::test]
async fn r7_nothing_acknowledged_is_lost_or_doubled_by_aborts_at_chosen_commits() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    for point in
        ["before:1", "after:1", "after:2", "before:40", "after:55", "before:333", "after:700"]
    {
        let before = acknowledged.commits.len();
        let life = Life::start(directory.path(), &[(ABORT, point.to_owned())]);
        life.kill_after(usize::MAX / 2, &mut acknowledged);
        assert_eq!(examine(directory.path(), &acknowledged).await, [""; 0], "aborted {point}");
        // An abort "after" N commits came when they were durable: most of them were answered.
        let late = point.ends_with("700");
        let new = acknowledged.commits.len() - before;
        assert!(!late || new > 500, "the child died too early");
    }
}

/// One store through many lives. The long form kills 200 times and reaches a million commits.
#[tokio::test]
async fn r7_nothing_acknowledged_is_lost_or_doubled_by_kills() {
    let kills = chosen("IGNY8_TEST_KILLS", 10, 200);
    let commits = chosen("IGNY8_TEST_KILLS_COMMITS", 4_000, 1_000_000);
    let seed = chosen("IGNY8_TEST_SEED", 4, 4);
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    let mut chance = Chance::new(seed as u64);
    // A table of 1 MiB is written every thousand commits: each costs a dozen syncs.
    let table = if commits > 100_000 { 8 << 20 } else { 1 << 20 };
    let variables = [(WRITERS, "64".to_owned()), (TABLE, table.to_string())];
    for kill in 0..kills {
        let all_left = commits.saturating_sub(acknowledged.commits.len());
        let left = all_left / (kills - kill);
        let life = Life::start(directory.path(), &variables);
        let drawn = 1 + left / 2 + chance.below(left + 1);
        let more = if kill + 1 == kills { drawn.max(all_left) } else { drawn };
        life.kill_after(more, &mut acknowledged);
        // All is looked at now and then, and at the end: it grows.
        if kill == 0 || kill + 1 == kills || kill % 50 == 49 {
            let problems = examine(directory.path(), &acknowledged).await;
            assert_eq!(problems, [""; 0], "seed {seed}, kill {kill}");
        }
    }
    assert!(acknowledged.commits.len() >= commits, "{}", acknowledged.commits.len());
    println!("{kills} kills, {} commits, seed {seed}", acknowledged.commits.len());
}

/// These kills meet the engine while it writes and merges tables.
#[tokio::test]
async fn r7_nothing_acknowledged_is_lost_or_doubled_by_kills_while_tables_are_written() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    let variables = [(PADDING, "20000".to_owned()), (TABLE, (1 << 20).to_string())];
    for kill_after in [170, 340, 350, 360, 680] {
        let life = Life::start(directory.path(), &variables);
        life.kill_after(kill_after, &mut acknowledged);
        assert_eq!(examine(directory.path(), &acknowledged).await, [""; 0]);
    }
}

/// A first start that is killed while the files are being made leaves a directory that opens.
#[tokio::test]
async fn r7_killed_while_the_directory_is_made_opens_again() {
    let stages = [
        "igny8.lock",
        "engine.unfinished",
        "engine.unfinished/journal",
        "engine.unfinished/tree/heads",
        "engine.unfinished/tree/heads/current",
        "engine.unfinished/tree/platform/current",
        "engine.unfinished/journal/00000001.journal",
        "engine",
    ];
    for stage in stages {
        let directory = tempfile::tempdir().unwrap();
        let life = Life::start(directory.path(), &[]);
        let deadline = Instant::now() + Duration::from_secs(30);
        // The last stage replaces the others: reaching it is reaching all.
        while !directory.path().join(stage).exists() && !directory.path().join("engine").exists() {
            assert!(Instant::now() < deadline, "{stage} does not appear");
            std::thread::yield_now();
        }
        let mut acknowledged = Acknowledged::default();
        life.kill(&mut acknowledged);
        let problems = examine(directory.path(), &acknowledged).await;
        assert_eq!(problems, [""; 0], "killed at {stage}");
    }
}

#[tokio::test]
async fn r7_crash_test_notices_a_skipped_sync() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    let life = Life::start(directory.path(), &[(SKIP_SYNC, "1".to_owned())]);
    life.kill_after(300, &mut acknowledged);
    let problems = examine(directory.path(), &acknowledged).await;
    assert!(problems.iter().any(|problem| problem.ends_with("is lost")), "nothing was lost");
}
