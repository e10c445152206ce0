//! The record of the preload library: `struct entry` of faultfs.c, then its bytes.

const HEADER_BYTES: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Opened,
    Written,
    Resized,
    Synced,
    SyncLost,
    Closed,
    Copied,
    Renamed,
    Unlinked,
    Made,
    Removed,
}

impl Kind {
    fn of(byte: u8) -> Self {
        match byte {
            1 => Self::Opened,
            2 => Self::Written,
            3 => Self::Resized,
            4 => Self::Synced,
            5 => Self::SyncLost,
            6 => Self::Closed,
            7 => Self::Copied,
            8 => Self::Renamed,
            9 => Self::Unlinked,
            10 => Self::Made,
            11 => Self::Removed,
            other => panic!("the record has an entry of kind {other}"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) kind: Kind,
    pub(super) fd: i32,
    pub(super) offset: u64,
    pub(super) first: &'a [u8],
    pub(super) second: &'a [u8],
}

/// All entries. The last one may be cut: the process was killed.
pub(super) fn entries(bytes: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (header, after) = rest.split_at_checked(HEADER_BYTES)?;
        let size = |at: usize| u32::from_ne_bytes(header[at..at + 4].try_into().unwrap()) as usize;
        let (first, after) = after.split_at_checked(size(16))?;
        let (second, after) = after.split_at_checked(size(20))?;
        rest = after;
        Some(Entry {
            kind: Kind::of(header[0]),
            fd: i32::from_ne_bytes(header[4..8].try_into().unwrap()),
            offset: u64::from_ne_bytes(header[8..16].try_into().unwrap()),
            first,
            second,
        })
    })
}
