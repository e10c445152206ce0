//! Reading the journal back.

use super::group::{Group, HEADER_BYTES, decode_group, group_end};
use super::segment::{Label, id_of, path_of};
use super::written::Written;
use super::{BLOCK_BYTES, Row, remove};
use std::io;
use std::path::{Path, PathBuf};

/// Why a journal is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// The files cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The trees do.
    #[error(transparent)]
    Tree(#[from] lsm_tree::Error),
    /// Something that was acknowledged is not there any more.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// The segment.
        path: String,
        /// What is wrong.
        what: String,
    },
}

/// What is in the journal.
pub(crate) struct Recovered {
    pub(super) segments: Vec<RecoveredSegment>,
    pub(super) next_id: u64,
    pub(super) next_group: u64,
    pub(super) last: Option<Group>,
}

pub(super) struct RecoveredSegment {
    pub(super) path: PathBuf,
    pub(super) last: u64,
}

/// Reads all groups in their order. What a crash tore at the very end counts as never written; a
/// damaged group before that is an error, since it was acknowledged.
pub(crate) fn recover(
    directory: &Path,
    mut each: impl FnMut(u64, Vec<Row>),
) -> Result<Recovered, JournalError> {
    let mut ids: Vec<u64> = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        ids.extend(id_of(&entry?.path()));
    }
    ids.sort_unstable();
    let mut recovered = Recovered { segments: Vec::new(), next_id: 1, next_group: 1, last: None };
    let newest = ids.last().copied();
    for id in ids {
        recovered.next_id = id + 1;
        let path = path_of(directory, id);
        read_segment(&mut recovered, &path, (id, newest == Some(id)), &mut each)?;
    }
    Ok(recovered)
}

fn read_segment(
    recovered: &mut Recovered,
    path: &Path,
    (id, newest): (u64, bool),
    each: &mut impl FnMut(u64, Vec<Row>),
) -> Result<(), JournalError> {
    let mut written = Written::open(path)?;
    let label = Label::decode(written.bytes(0, BLOCK_BYTES)?).filter(|label| label.id == id);
    let Some(label) = label else {
        if newest {
            // Nothing is written to a segment before its label is durable.
            return Ok(remove(path)?);
        }
        return Err(damaged(path, "its first block".into()));
    };
    let expected = recovered.next_group;
    // What came before the oldest segment is in the trees' files. A process begins with a copy of
    // the last group that it found.
    let follows = label.first == expected || label.first + 1 == expected;
    if !(recovered.segments.is_empty() || follows) {
        return Err(damaged(path, format!("it begins at group {}, not {expected}", label.first)));
    }
    recovered.next_group = label.first;
    let mut walk = Walk { label, written, at: BLOCK_BYTES };
    let mut last = None;
    loop {
        let at = walk.at;
        let Some(group) = walk.next(recovered.next_group)? else { break };
        recovered.next_group += 1;
        each(group.sequence, group.rows);
        last = Some(at);
    }
    if let Some(at) = walk.later_group()? {
        let what = format!(
            "group {} at byte {} does not read, the one at byte {at} does",
            recovered.next_group, walk.at
        );
        return Err(damaged(path, what));
    }
    let Some(last) = last.map_or(Ok(None), |at| walk.group(at))? else {
        recovered.next_group = expected;
        return Ok(remove(path)?);
    };
    recovered.segments.push(RecoveredSegment { path: path.to_owned(), last: last.sequence });
    recovered.last = Some(last);
    Ok(())
}

/// A walk over the groups of a segment.
struct Walk {
    label: Label,
    written: Written,
    at: usize,
}

impl Walk {
    fn next(&mut self, expected: u64) -> io::Result<Option<Group>> {
        let group = self.group(self.at)?.filter(|group| group.number == expected);
        self.at += group.as_ref().map_or(0, |group| group.bytes);
        Ok(group)
    }

    /// Where a whole group lies behind the first place that does not read.
    fn later_group(&mut self) -> io::Result<Option<usize>> {
        for at in (self.at + BLOCK_BYTES..self.written.end()).step_by(BLOCK_BYTES) {
            if self.group(at)?.is_some() {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn group(&mut self, at: usize) -> io::Result<Option<Group>> {
        let Some(end) = group_end(self.label.secret, self.written.bytes(at, HEADER_BYTES)?) else {
            return Ok(None);
        };
        Ok(decode_group(self.label.secret, self.written.bytes(at, end)?))
    }
}

fn damaged(path: &Path, what: String) -> JournalError {
    JournalError::Damaged { path: path.display().to_string(), what }
}

#[cfg(test)]
mod tests {
    use super::super::{Journal, Row};
    use super::*;
    use crate::layout::Space;
    use rustix::fs::FallocateFlags;

    /// Small enough for several segments.
    const SEGMENT_BYTES: u64 = 6 * BLOCK_BYTES as u64;

    fn rows(number: u64) -> Vec<Row> {
        vec![(Space::Entity, number.to_be_bytes().to_vec(), Some(vec![7; 100]))]
    }

    /// What is read back, by sequence; a copy of the last group of an earlier life counts once.
    fn read(directory: &Path) -> Result<(Vec<u64>, Recovered), JournalError> {
        let mut read = Vec::new();
        let recovered = recover(directory, |sequence, group| {
            assert_eq!(group, rows(sequence));
            read.push(sequence);
        })?;
        read.dedup();
        Ok((read, recovered))
    }

    /// Goes on with groups of these sequences, as a new process.
    fn write(directory: &Path, sequences: std::ops::RangeInclusive<u64>) {
        let (_, recovered) = read(directory).unwrap();
        let mut journal = Journal::start(directory, &recovered, SEGMENT_BYTES).unwrap();
        for sequence in sequences {
            journal.write(sequence, &rows(sequence)).unwrap();
        }
    }

    fn change(directory: &Path, id: u64, change: impl FnOnce(&mut Vec<u8>)) {
        let path = path_of(directory, id);
        let mut bytes = std::fs::read(&path).unwrap();
        change(&mut bytes);
        std::fs::write(path, bytes).unwrap();
    }

    #[test]
    fn groups_come_back_in_their_order_across_segments_and_lives() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), 1..=12);
        write(directory.path(), 13..=14);
        write(directory.path(), 15..=15);
        let (sequences, recovered) = read(directory.path()).unwrap();
        assert_eq!(sequences, (1..=15).collect::<Vec<_>>());
        assert!(recovered.segments.len() > 3);
    }

    #[test]
    fn torn_last_group_never_was_and_its_number_is_given_again() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), 1..=3);
        change(directory.path(), 1, |bytes| bytes[3 * BLOCK_BYTES + 70] ^= 1);
        assert_eq!(read(directory.path()).unwrap().0, [1, 2]);
        write(directory.path(), 4..=4);
        assert_eq!(read(directory.path()).unwrap().0, [1, 2, 4]);
    }

    #[test]
    fn last_group_survives_the_loss_of_its_first_place() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), 1..=3);
        write(directory.path(), 4..=4);
        // Its sync had never come: the next life has its own copy.
        change(directory.path(), 1, |bytes| bytes[3 * BLOCK_BYTES..].fill(0));
        assert_eq!(read(directory.path()).unwrap().0, [1, 2, 3, 4]);
    }

    #[test]
    fn damaged_group_before_the_last_one_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), 1..=3);
        change(directory.path(), 1, |bytes| bytes[2 * BLOCK_BYTES + 70] ^= 1);
        assert!(matches!(read(directory.path()), Err(JournalError::Damaged { .. })));
    }

    #[test]
    fn missing_segment_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), 1..=12);
        std::fs::remove_file(path_of(directory.path(), 2)).unwrap();
        assert!(matches!(read(directory.path()), Err(JournalError::Damaged { .. })));
    }

    #[test]
    fn zeros_at_the_end_of_a_group_may_be_a_hole() {
        let directory = tempfile::tempdir().unwrap();
        let zeros = vec![(Space::Entity, b"key".to_vec(), Some(vec![0; 5 * BLOCK_BYTES]))];
        let (_, recovered) = read(directory.path()).unwrap();
        let mut journal = Journal::start(directory.path(), &recovered, 1024 * 1024).unwrap();
        journal.write(1, &zeros).unwrap();
        let file = std::fs::File::options().write(true).open(path_of(directory.path(), 1)).unwrap();
        let punch = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        let behind = 2 * BLOCK_BYTES as u64;
        rustix::fs::fallocate(&file, punch, behind, 1024 * 1024 - behind).unwrap();
        let mut groups = Vec::new();
        recover(directory.path(), |sequence, rows| groups.push((sequence, rows))).unwrap();
        assert_eq!(groups, [(1, zeros)]);
    }

    #[test]
    fn segment_that_was_not_finished_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), 1..=2);
        std::fs::write(path_of(directory.path(), 2), [0; 100]).unwrap();
        assert_eq!(read(directory.path()).unwrap().0, [1, 2]);
        assert!(!path_of(directory.path(), 2).exists());
    }

    #[test]
    fn retired_segments_are_gone_and_the_rest_reads() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), 1..=12);
        let (_, recovered) = read(directory.path()).unwrap();
        let journal = Journal::start(directory.path(), &recovered, SEGMENT_BYTES).unwrap();
        journal.sealed().retire(7).unwrap();
        let (sequences, _) = read(directory.path()).unwrap();
        assert_eq!((sequences.first(), sequences.last()), (Some(&6), Some(&12)));
    }
}
