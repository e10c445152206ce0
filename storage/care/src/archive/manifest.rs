//! What an archive says of itself.

use super::digest::{ArchiveId, Digest};
use igny8_protocol_ids::{EntityKey, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What an archive holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveKind {
    /// A whole store.
    Store,
    /// One tenant, with the accounts of its members.
    Tenant(TenantId),
}

/// What an archive says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The layout of the archive.
    pub format: u32,
    /// The version of the program that wrote it.
    pub written_by: String,
    /// What it holds.
    pub kind: ArchiveKind,
    /// When its making began.
    pub at: Timestamp,
    /// False if something could not be read: it is named in `unread`.
    pub complete: bool,
    /// What it holds, in numbers.
    pub counts: Counts,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// An entity of each tenant in which work did not rest long enough to see the tenant and its
    /// sites at one moment: credits that passed between them meanwhile may be missing or doubled.
    pub moving: Vec<EntityKey>,
    /// The archive to which this one was compared.
    pub parent: Option<ArchiveId>,
    /// Archives in which some of it lies, and where they were.
    pub needs: Vec<Needed>,
    pub(super) entities: FileEntry,
    pub(super) blobs: FileEntry,
    pub(super) segments: Vec<FileEntry>,
}

/// What is known of an archive when it is begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heading {
    pub(crate) kind: ArchiveKind,
    pub(crate) at: Timestamp,
}

/// What an archive holds, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Entities.
    pub entities: u64,
    /// Of those, how many lie in earlier archives because nothing changed.
    pub entities_unchanged: u64,
    /// Records of all entities.
    pub records: u64,
    /// Appends of all entities.
    pub appends: u64,
    /// Blobs.
    pub blobs: u64,
    /// Of those, how many lie in earlier archives.
    pub blobs_unchanged: u64,
    /// Claims.
    pub claims: u64,
    /// Entries of logs.
    pub log_entries: u64,
    /// Bytes of content written here, before compression.
    pub bytes: u64,
    /// Bytes of the segments here.
    pub bytes_stored: u64,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Which entity, blob or section.
    pub what: String,
    /// What the store said.
    pub reason: String,
}

/// Another archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needed {
    /// Its id.
    pub id: ArchiveId,
    /// Where it was when this one was made. It is looked for beside this one as well.
    pub path: PathBuf,
}

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileEntry {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) digest: Digest,
}
