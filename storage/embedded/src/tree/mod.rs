//! The trees: one log-structured merge tree per keyspace, fed by the journal.
//!
//! Rows of a group get one sequence number. They go into the trees' memory while the journal's
//! sync is still under way, and nobody sees them before [`Trees::publish`].

mod care;
mod snapshot;

pub(crate) use care::Care;
pub(crate) use snapshot::{Snapshot, Snapshots};

use crate::journal::Row;
use crate::layout::Space;
use lsm_tree::{
    AbstractTree, AnyTree, Cache, Config, DescriptorTable, InternalValue, KvSeparationOptions,
    Memtable, SeqNo, SequenceNumberCounter, ValueType,
};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// From this size on a value lies in a file of its own and is not rewritten by merges.
const SEPARATE_FROM_BYTES: u32 = 4 * 1024;
/// Table files that are kept open.
const OPEN_TABLES_MAX: usize = 512;

/// One tree.
pub(crate) struct Keyspace {
    tree: AnyTree,
    /// The highest sequence in its files when it was opened.
    in_files: Option<SeqNo>,
    memory: Mutex<Memory>,
}

/// What of a tree is not in its files yet.
#[derive(Default)]
struct Memory {
    /// The first sequence in the table that is written to.
    active: Option<SeqNo>,
    /// The first sequences of the tables that wait to be flushed, oldest first.
    sealed: VecDeque<SeqNo>,
}

impl Keyspace {
    pub(crate) fn get(&self, key: &[u8]) -> lsm_tree::Result<Option<lsm_tree::Slice>> {
        // Only the writer asks without a snapshot: it sees what it has put there itself.
        self.tree.get(key, SeqNo::MAX)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first sequence that is in memory alone.
    fn first_in_memory(&self) -> Option<SeqNo> {
        let memory = self.memory();
        memory.sealed.front().copied().or(memory.active)
    }

    fn sealed(&self) -> usize {
        self.memory().sealed.len()
    }
}

/// All trees.
pub(crate) struct Trees {
    spaces: Vec<Keyspace>,
    sequence: SequenceNumberCounter,
    snapshots: Arc<Snapshots>,
    memory_table_bytes: u64,
}

impl Trees {
    /// Opens or makes the trees' files.
    pub(crate) fn open(
        directory: &Path,
        cache_bytes: u64,
        memory_table_bytes: u64,
    ) -> lsm_tree::Result<Self> {
        let sequence = SequenceNumberCounter::new(1);
        let cache = Arc::new(Cache::with_capacity_bytes(cache_bytes));
        let files = Arc::new(DescriptorTable::new(OPEN_TABLES_MAX));
        let mut spaces = Vec::with_capacity(Space::ALL.len());
        for space in Space::ALL {
            let path = directory.join(space.name());
            std::fs::create_dir_all(&path)?;
            remove_leftovers(&path)?;
            // Trees publish their own numbers when they change their files; a group may be half
            // applied at that moment, so what is visible is counted in `Snapshots` instead.
            let config = Config::new(path, sequence.clone(), SequenceNumberCounter::default())
                .use_cache(cache.clone())
                .use_descriptor_table(Some(files.clone()))
                .with_kv_separation(separation(space));
            let tree = config.open()?;
            let in_files = tree.get_highest_persisted_seqno();
            spaces.push(Keyspace { tree, in_files, memory: Mutex::default() });
        }
        let snapshots = Arc::new(Snapshots::default());
        Ok(Self { spaces, sequence, snapshots, memory_table_bytes })
    }

    pub(crate) fn space(&self, space: Space) -> &Keyspace {
        &self.spaces[space as usize]
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot::open(self.snapshots.clone())
    }

    /// The number of the next group.
    pub(crate) fn next_sequence(&self) -> SeqNo {
        self.sequence.next()
    }

    /// Puts a group that was recovered into memory, but for what is in the trees' files.
    pub(crate) fn replay(&self, sequence: SeqNo, rows: Vec<Row>) {
        for (space, key, value) in last_of_each(rows) {
            let keyspace = self.space(space);
            // Tables are flushed in their order, so everything up to the highest one is there.
            if keyspace.in_files.is_none_or(|highest| highest < sequence) {
                insert(&keyspace.tree.active_memtable(), sequence, key, value);
                keyspace.memory().active.get_or_insert(sequence);
            }
        }
        self.sequence.fetch_max(sequence + 1);
    }

    /// After the last replayed group: what is there is visible.
    pub(crate) fn recovered(&self) {
        let highest = self.spaces.iter().filter_map(|space| space.tree.get_highest_seqno()).max();
        let next = highest.map_or(1, |highest| highest + 1);
        self.sequence.fetch_max(next);
        self.snapshots.publish(self.sequence.get());
    }

    /// All groups up to this one are durable: readers may see them.
    pub(crate) fn publish(&self, sequence: SeqNo) {
        self.snapshots.publish(sequence + 1);
    }

    /// The lowest sequence that is in memory alone: older segments of the journal are not needed.
    fn needed(&self) -> SeqNo {
        let first = self.spaces.iter().filter_map(Keyspace::first_in_memory).min();
        first.unwrap_or(SeqNo::MAX)
    }

    /// Tables in memory that wait to be flushed, in the tree that has most of them.
    fn sealed_max(&self) -> usize {
        self.spaces.iter().map(Keyspace::sealed).max().unwrap_or_default()
    }

    /// Unmerged runs in the tree that has most of them.
    fn runs_max(&self) -> usize {
        self.spaces.iter().map(|space| space.tree.l0_run_count()).max().unwrap_or_default()
    }
}

/// Files that a crash left before they got their names.
fn remove_leftovers(path: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b".tmp") {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn separation(space: Space) -> Option<KvSeparationOptions> {
    (space == Space::Blobs)
        .then(|| KvSeparationOptions::default().separation_threshold(SEPARATE_FROM_BYTES))
}

/// One row per key, in the order of the keys: two of one number have no order in a tree, so the
/// last one is found here.
fn last_of_each(mut rows: Vec<Row>) -> Vec<Row> {
    // Stable: rows of one key stay in their order. `dedup_by` keeps the first of equal ones.
    rows.reverse();
    rows.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    rows.dedup_by(|one, other| (one.0, &one.1) == (other.0, &other.1));
    rows
}

fn insert(memtable: &Memtable, sequence: SeqNo, key: Vec<u8>, value: Option<Vec<u8>>) {
    let entry = match value {
        Some(value) => InternalValue::from_components(key, value, sequence, ValueType::Value),
        None => InternalValue::new_tombstone(key, sequence),
    };
    memtable.insert(entry);
}

/// The writer's side: it alone puts rows into the trees and closes their tables in memory, so it
/// keeps the open ones at hand. (Asking the tree for them waits while files are being registered.)
pub(crate) struct Inserter {
    trees: Arc<Trees>,
    active: Vec<Arc<Memtable>>,
}

impl Inserter {
    pub(crate) fn new(trees: Arc<Trees>) -> Self {
        let active = trees.spaces.iter().map(|space| space.tree.active_memtable()).collect();
        Self { trees, active }
    }

    /// Rows of one group, in the order in which they take effect.
    pub(crate) fn insert(&self, sequence: SeqNo, rows: Vec<Row>) {
        let mut touched = [false; Space::ALL.len()];
        for (space, key, value) in last_of_each(rows) {
            // Before the row itself, so that no segment that holds it is given up.
            if !std::mem::replace(&mut touched[space as usize], true) {
                self.trees.space(space).memory().active.get_or_insert(sequence);
            }
            insert(&self.active[space as usize], sequence, key, value);
        }
    }

    /// Closes tables that are full, and those that hold back segments of the journal up to `old`.
    /// Only between groups: everything in a closed table is durable. True if there is one now.
    pub(crate) fn turn(&mut self, old: Option<SeqNo>) -> bool {
        let mut turned = false;
        for (keyspace, active) in self.trees.spaces.iter().zip(&mut self.active) {
            let mut memory = keyspace.memory();
            let Some(first) = memory.active else { continue };
            let full = active.size() >= self.trees.memory_table_bytes;
            let holds_back = old.is_some_and(|old| first <= old);
            if full || holds_back {
                keyspace.tree.rotate_memtable();
                memory.active = None;
                memory.sealed.push_back(first);
                drop(memory);
                *active = keyspace.tree.active_memtable();
                turned = true;
            }
        }
        turned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_row_of_a_key_wins() {
        let row =
            |space, key: &[u8], value: Option<u8>| (space, key.to_vec(), value.map(|v| vec![v]));
        let rows = vec![
            row(Space::Entity, b"b", Some(1)),
            row(Space::Heads, b"b", Some(2)),
            row(Space::Entity, b"a", None),
            row(Space::Entity, b"b", None),
            row(Space::Entity, b"a", Some(3)),
        ];
        let expected = vec![
            row(Space::Heads, b"b", Some(2)),
            row(Space::Entity, b"a", Some(3)),
            row(Space::Entity, b"b", None),
        ];
        assert_eq!(last_of_each(rows), expected);
    }
}
