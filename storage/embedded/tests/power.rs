//! R7 against loss of power: a child writes to a disk that remembers what was synced. It is
//! killed, the directory is put together as the disk could have it, and the next life goes on
//! there. Also a disk that is full, and one that fails.

// Outside of test functions, too, a failure is a failed test.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod chance;
mod check;
mod disk;
mod load;

use chance::Chance;
use disk::{Disk, Loss, build_library};
use load::{Acknowledged, BLOBS, Life, PADDING, SKIP_SYNC, TABLE, chosen, examine};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// About what the record holds when a store has been made and opened.
const OPENING_BYTES: usize = 24_000;

/// The child: not a test of its own, but started by the tests below.
#[test]
fn child_writes_until_it_dies() {
    load::child();
}

/// A machine that loses its power again and again.
struct Machine {
    place: TempDir,
    library: PathBuf,
    chance: Chance,
    names_with_files: bool,
    lives: usize,
    acknowledged: Acknowledged,
    syncs: usize,
}

impl Machine {
    fn new(seed: usize, names_with_files: bool) -> Self {
        let place = tempfile::tempdir().unwrap();
        let library = build_library(place.path());
        let machine = Self {
            place,
            library,
            chance: Chance::new(seed as u64),
            names_with_files,
            lives: 0,
            acknowledged: Acknowledged::default(),
            syncs: 0,
        };
        std::fs::create_dir(machine.directory()).unwrap();
        machine
    }

    /// The store's directory in this life.
    fn directory(&self) -> PathBuf {
        self.place.path().join(format!("disk-{}", self.lives))
    }

    fn control(&self) -> PathBuf {
        self.place.path().join("control")
    }

    fn record(&self) -> PathBuf {
        self.place.path().join("record")
    }

    fn start(&self, variables: &[(&str, String)]) -> (Life, Disk) {
        let disk = Disk::load(&self.directory(), self.names_with_files);
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let mut all = variables.to_vec();
        all.extend([
            ("LD_PRELOAD", text(&self.library)),
            ("FAULTFS_ROOT", text(&self.directory())),
            ("FAULTFS_RECORD", text(&self.record())),
            ("FAULTFS_CONTROL", text(&self.control())),
        ]);
        (Life::start(&self.directory(), &all), disk)
    }

    /// Waits until the child has done some of what opening a store takes.
    fn wait_for_record(&mut self) {
        let bytes = self.chance.below(OPENING_BYTES) as u64;
        let deadline = Instant::now() + Duration::from_secs(30);
        while std::fs::metadata(self.record()).map_or(0, |record| record.len()) < bytes {
            assert!(Instant::now() < deadline, "the child does nothing");
            std::thread::yield_now();
        }
    }

    /// Ends a life by a loss of power. The next one begins with what the disk has.
    fn lose(&mut self, life: Life, mut disk: Disk, loss: Loss) {
        life.kill(&mut self.acknowledged);
        disk.follow(&self.record(), &mut self.chance);
        self.syncs += disk.syncs();
        let before = self.directory();
        self.lives += 1;
        let next = self.directory();
        disk.lose(loss, &mut self.chance, &next);
        std::fs::remove_dir_all(before).unwrap();
        let _ = std::fs::remove_file(self.record());
    }

    /// A copy, because looking at it changes it: the next life shall find it as the disk had it.
    async fn examine(&self) -> Vec<String> {
        let copy = self.place.path().join("copy");
        Disk::load(&self.directory(), true).lose(Loss::Nothing, &mut Chance::new(0), &copy);
        let problems = examine(&copy, &self.acknowledged).await;
        std::fs::remove_dir_all(copy).unwrap();
        problems
    }
}

/// Some lives, each with a loss drawn by the seed.
async fn lose_often(losses: usize, names_with_files: bool, variables: &[(&str, String)]) {
    let seed = chosen("IGNY8_TEST_SEED", 7, 7);
    let mut machine = Machine::new(seed, names_with_files);
    for number in 0..losses {
        let (mut life, disk) = machine.start(variables);
        // Some losses come while the store is being opened, and some much later.
        let commits = [0, 1, 30, 300, 1_000][machine.chance.below(5)];
        let alive = if commits == 0 {
            machine.wait_for_record();
            true
        } else {
            let more = commits + machine.chance.below(commits);
            let enough = machine.acknowledged.commits.len() + more;
            life.listen(&mut machine.acknowledged, |said| said.commits.len() >= enough)
        };
        let loss = Loss::draw(&mut machine.chance);
        machine.lose(life, disk, loss);
        let problems = machine.examine().await;
        assert_eq!(problems, [""; 0], "seed {seed}, loss {number}: {loss:?}");
        assert!(alive, "seed {seed}, loss {number}: the child ended by itself");
    }
    let commits = machine.acknowledged.commits.len();
    assert!(machine.syncs > losses, "the library did not see the store sync");
    println!("{losses} losses, {commits} commits, {} syncs, seed {seed}", machine.syncs);
}

fn small_tables() -> (&'static str, String) {
    (TABLE, (64 * 1024).to_string())
}

#[tokio::test]
async fn r7_nothing_acknowledged_is_lost_with_the_power() {
    let losses = chosen("IGNY8_TEST_LOSSES", 6, 150);
    lose_often(losses, false, &[]).await;
}

/// The engine writes and merges tables, and gives up segments of its journal, all the time.
#[tokio::test]
async fn r7_nothing_acknowledged_is_lost_with_the_power_while_tables_are_written() {
    let losses = chosen("IGNY8_TEST_LOSSES", 6, 150);
    lose_often(losses, false, &[small_tables(), (PADDING, "2000".to_owned())]).await;
}

/// Blobs lie in files whose names the trees leave to the file system (ext4, XFS and btrfs keep the
/// name of a new file that is synced).
#[tokio::test]
async fn r7_no_blob_is_lost_with_the_power() {
    let losses = chosen("IGNY8_TEST_LOSSES", 4, 100);
    let variables = [small_tables(), (PADDING, "2000".to_owned()), (BLOBS, "1".to_owned())];
    lose_often(losses, true, &variables).await;
}

#[tokio::test]
async fn r7_power_test_notices_a_skipped_sync() {
    let mut machine = Machine::new(1, false);
    let (mut life, disk) = machine.start(&[(SKIP_SYNC, "1".to_owned())]);
    life.listen(&mut machine.acknowledged, |said| said.commits.len() >= 300);
    machine.lose(life, disk, Loss::Everything);
    let problems = machine.examine().await;
    assert!(problems.iter().any(|problem| problem.ends_with("is lost")), "nothing was lost");
}

/// The disk is full for a while: `full` for everything, or only for what needs more room.
async fn fill(how: &str) {
    let mut machine = Machine::new(2, true);
    let (mut life, disk) = machine.start(&[small_tables(), (PADDING, "2000".to_owned())]);
    life.listen(&mut machine.acknowledged, |said| said.commits.len() >= 200);
    std::fs::write(machine.control(), how).unwrap();
    assert!(life.listen(&mut machine.acknowledged, |said| said.refused >= 100), "it died");
    std::fs::remove_file(machine.control()).unwrap();
    let enough = machine.acknowledged.commits.len() + 1_000;
    assert!(life.listen(&mut machine.acknowledged, |said| said.commits.len() >= enough), "it died");
    assert_eq!(machine.acknowledged.unknown, 0);
    machine.lose(life, disk, Loss::Everything);
    assert_eq!(machine.examine().await, [""; 0]);
}

#[tokio::test]
async fn r7_full_disk_refuses_loses_nothing_and_goes_on_when_there_is_room() {
    fill("full").await;
}

#[tokio::test]
async fn r7_disk_without_room_to_grow_refuses_loses_nothing_and_goes_on() {
    fill("grow").await;
}

/// One call fails; the store refuses from there on, or goes on if it was not the journal's. What
/// was acknowledged survives a loss right after that.
async fn fail(call: &str, numbers: impl Iterator<Item = usize>) {
    for number in numbers {
        let mut machine = Machine::new(number, true);
        let first = [small_tables(), (PADDING, "2000".to_owned())];
        // The directory is made without faults.
        let (mut life, disk) = machine.start(&first);
        life.listen(&mut machine.acknowledged, |said| said.commits.len() >= 30);
        machine.lose(life, disk, Loss::Nothing);
        let mut faulty = first.to_vec();
        faulty.push(("FAULTFS_FAIL", format!("{call}:{number}")));
        let (mut life, disk) = machine.start(&faulty);
        let enough = machine.acknowledged.commits.len() + 1_000;
        life.listen(&mut machine.acknowledged, |said| {
            said.commits.len() >= enough || said.unknown > 0
        });
        machine.lose(life, disk, Loss::Sectors);
        assert_eq!(machine.examine().await, [""; 0], "{call} {number}");
        // And it goes on.
        let (mut life, disk) = machine.start(&first);
        let enough = machine.acknowledged.commits.len() + 100;
        let alive = life.listen(&mut machine.acknowledged, |said| said.commits.len() >= enough);
        assert!(alive, "{call} {number}: the child ended by itself");
        machine.lose(life, disk, Loss::Tail);
        assert_eq!(machine.examine().await, [""; 0], "after {call} {number}");
    }
}

#[tokio::test]
async fn r7_failed_syncs_lose_nothing() {
    let last = chosen("IGNY8_TEST_FAILURES", 4, 60);
    fail("sync", (0..last).map(|number| 3 + number * 7)).await;
}

#[tokio::test]
async fn r7_failed_writes_lose_nothing() {
    let last = chosen("IGNY8_TEST_FAILURES", 4, 60);
    fail("write", (0..last).map(|number| 2 + number * 9)).await;
}
