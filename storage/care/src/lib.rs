//! Care of what is stored, on any backend: backup, restore, moving a tenant, verification. Written
//! once over the store's contract.
//!
//! It does not know what the bytes mean: actors/runtime checks that. It keeps no schedule and shows
//! nothing: server/igny8 does. Its functions read and write files between awaits, so they belong on
//! a thread where they may block.

mod archive;
mod backup;
mod compare;
mod error;
mod progress;
mod restore;
mod retry;
mod tenant;
mod verify;

pub use archive::{
    Archive, ArchiveId, ArchiveKind, Counts, Digest, EntityEntry, Manifest, Unread, image_digest,
};
pub use backup::{BackupOptions, backup};
pub use compare::compare;
pub use error::CareError;
pub use progress::{Progress, Step};
pub use restore::{Restored, restore, unfinished_restore};
pub use tenant::{ExportOptions, PlatformRows, export, import};
pub use verify::{Finding, Section, VerifyOptions, VerifyReport, verify};
