//! A process that writes to a store until it dies, and says through its pipe what was
//! acknowledged; and the examination of what it left.
//!
//! The process is the test binary itself: each test file that uses this has a test
//! `child_writes_until_it_dies` that calls [`child`].

// Outside of test functions, too, a failure is a failed test; and not every test file uses all.
#![allow(clippy::unwrap_used, dead_code)]

mod child;
mod examine;

pub(crate) use child::child;
pub(crate) use examine::examine;

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

const DIRECTORY: &str = "IGNY8_CRASH_TEST_DIRECTORY";
pub(crate) const SKIP_SYNC: &str = "IGNY8_CRASH_TEST_SKIP_SYNC";
/// Bytes that each commit carries besides: enough to make the engine write and merge tables.
pub(crate) const PADDING: &str = "IGNY8_CRASH_TEST_PADDING";
/// Entities that are written at the same time.
pub(crate) const WRITERS: &str = "IGNY8_CRASH_TEST_WRITERS";
/// Bytes of a table in memory; a segment of the journal has four times as many.
pub(crate) const TABLE: &str = "IGNY8_CRASH_TEST_TABLE";
/// Writers put blobs besides.
pub(crate) const BLOBS: &str = "IGNY8_CRASH_TEST_BLOBS";
pub(crate) const ABORT: &str = "IGNY8_FAULT_ABORT_AT_COMMIT";

/// Everything that a store ever said was durable.
#[derive(Default)]
pub(crate) struct Acknowledged {
    /// By writer and sequence: the id.
    pub(crate) commits: HashMap<(u128, u64), u128>,
    /// By writer, epoch and number: the body.
    pub(crate) appends: HashMap<(u128, u64, u64), u128>,
    /// By writer.
    pub(crate) epochs: HashSet<(u128, u64)>,
    pub(crate) claims: HashMap<String, u128>,
    /// By writer: the sizes and seeds of blobs.
    pub(crate) blobs: HashSet<(u128, u64)>,
    /// Writes that were refused for lack of room.
    pub(crate) refused: usize,
    /// Commits whose outcome nobody knew.
    pub(crate) unknown: usize,
}

impl Acknowledged {
    fn hear(&mut self, line: &str) {
        // The harness's own words may stand before the first one.
        let Some((_, line)) = line.split_once("ack ") else { return };
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["commit", writer, sequence, id] => {
                let key = (number(writer), short(sequence));
                let before = self.commits.insert(key, number(id));
                assert_eq!(before, None, "a sequence was acknowledged twice");
            }
            ["append", writer, epoch, sequence, body] => {
                let key = (number(writer), short(epoch), short(sequence));
                self.appends.insert(key, number(body));
            }
            ["take", writer, epoch] => {
                let new = self.epochs.insert((number(writer), short(epoch)));
                assert!(new, "epoch {epoch} of writer {writer} was given twice");
            }
            ["claim", name, value] => {
                self.claims.insert(name.to_owned(), number(value));
            }
            ["blob", writer, seed] => drop(self.blobs.insert((number(writer), short(seed)))),
            ["full"] => self.refused += 1,
            ["unknown"] => self.unknown += 1,
            // The line that the kill cut.
            _ => {}
        }
    }
}

fn number(word: &str) -> u128 {
    word.parse().unwrap()
}

fn short(word: &str) -> u64 {
    word.parse().unwrap()
}

/// A running child.
pub(crate) struct Life {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Life {
    /// Starts it on this directory.
    pub(crate) fn start(directory: &Path, variables: &[(&str, String)]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_writes_until_it_dies", "--nocapture", "--test-threads=1"])
            .env(DIRECTORY, directory)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, said }
    }

    /// Listens until `enough`, or to the end. False at the end.
    pub(crate) fn listen(
        &mut self,
        acknowledged: &mut Acknowledged,
        mut enough: impl FnMut(&Acknowledged) -> bool,
    ) -> bool {
        let mut line = String::new();
        while !enough(acknowledged) {
            line.clear();
            if self.said.read_line(&mut line).unwrap() == 0 {
                return false;
            }
            // A line without its end was cut by the kill, and may be a smaller number.
            if line.ends_with('\n') {
                acknowledged.hear(line.trim_end());
            }
        }
        true
    }

    /// Kills it and hears what it had said before. What it did after the last word may be there.
    pub(crate) fn kill(mut self, acknowledged: &mut Acknowledged) {
        // It may have died already.
        let _ = self.child.kill();
        self.listen(acknowledged, |_| false);
        self.child.wait().unwrap();
    }

    /// Kills it after this many commits more.
    pub(crate) fn kill_after(mut self, commits: usize, acknowledged: &mut Acknowledged) {
        let enough = acknowledged.commits.len() + commits;
        self.listen(acknowledged, |acknowledged| acknowledged.commits.len() >= enough);
        self.kill(acknowledged);
    }
}

/// A number from the environment: how many, in the long form of the tests.
pub(crate) fn chosen(variable: &str, otherwise: usize, long: usize) -> usize {
    let is_long = std::env::var("IGNY8_TEST_LONG").is_ok();
    let usual = if is_long { long } else { otherwise };
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}
