//! What readers see: the groups that were durable at one moment.

use super::Keyspace;
use lsm_tree::{AbstractTree, Guard, IterGuardImpl, SeqNo, Slice};
use std::collections::BTreeMap;
use std::ops::RangeBounds;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is visible, and who is still looking at older states.
#[derive(Default)]
pub(crate) struct Snapshots(Mutex<Views>);

#[derive(Default)]
struct Views {
    /// Rows below this are visible.
    visible: SeqNo,
    /// How many look at each state.
    open: BTreeMap<SeqNo, usize>,
}

impl Snapshots {
    pub(super) fn publish(&self, visible: SeqNo) {
        let mut views = self.lock();
        views.visible = views.visible.max(visible);
    }

    /// Of rows that were replaced below this, nobody needs the older ones.
    pub(super) fn watermark(&self) -> SeqNo {
        let views = self.lock();
        let oldest = views.open.keys().next().copied();
        oldest.unwrap_or(views.visible).saturating_sub(1)
    }

    fn lock(&self) -> MutexGuard<'_, Views> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a state readable.
struct Pin {
    at: SeqNo,
    snapshots: Arc<Snapshots>,
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut views = self.snapshots.lock();
        if let Some(count) = views.open.get_mut(&self.at) {
            *count -= 1;
            if *count == 0 {
                views.open.remove(&self.at);
            }
        }
    }
}

/// A view of all trees at one moment.
#[derive(Clone)]
pub(crate) struct Snapshot(Arc<Pin>);

impl Snapshot {
    pub(super) fn open(snapshots: Arc<Snapshots>) -> Self {
        let at = {
            let mut views = snapshots.lock();
            let at = views.visible;
            *views.open.entry(at).or_insert(0) += 1;
            at
        };
        Self(Arc::new(Pin { at, snapshots }))
    }

    pub(crate) fn get(
        &self,
        keyspace: &Keyspace,
        key: impl AsRef<[u8]>,
    ) -> lsm_tree::Result<Option<Slice>> {
        keyspace.tree.get(key, self.0.at)
    }

    pub(crate) fn contains_key(
        &self,
        keyspace: &Keyspace,
        key: impl AsRef<[u8]>,
    ) -> lsm_tree::Result<bool> {
        keyspace.tree.contains_key(key, self.0.at)
    }

    pub(crate) fn prefix(&self, keyspace: &Keyspace, prefix: impl AsRef<[u8]>) -> Rows {
        self.rows(keyspace.tree.prefix(prefix, self.0.at, None))
    }

    pub(crate) fn range<K: AsRef<[u8]>>(
        &self,
        keyspace: &Keyspace,
        range: impl RangeBounds<K>,
    ) -> Rows {
        self.rows(keyspace.tree.range(range, self.0.at, None))
    }

    fn rows(&self, rows: Box<dyn DoubleEndedIterator<Item = IterGuardImpl> + Send>) -> Rows {
        Rows { rows, _pin: self.0.clone() }
    }
}

/// Rows in the order of their keys. Keeps its state readable.
pub(crate) struct Rows {
    rows: Box<dyn DoubleEndedIterator<Item = IterGuardImpl> + Send>,
    _pin: Arc<Pin>,
}

impl Iterator for Rows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        self.rows.next().map(Row)
    }
}

/// A row that is read when it is asked for.
pub(crate) struct Row(IterGuardImpl);

impl Row {
    pub(crate) fn key(self) -> lsm_tree::Result<Slice> {
        self.0.key()
    }

    pub(crate) fn into_inner(self) -> lsm_tree::Result<(Slice, Slice)> {
        self.0.into_inner()
    }
}
