//! An archive: a folder that holds what a store held.
//!
//! `manifest.json` says what the archive is and names every other file with its hash;
//! `manifest.b3` holds the manifest's own, which is the archive's id. `entities.jsonl` and
//! `blobs.jsonl` say where each entity and blob lies: in one of the segments here, or in another
//! archive. docs/DATABASE.md describes the bytes.

mod digest;
mod index;
mod item;
mod line;
mod manifest;
mod read;
mod segment;
mod write;

pub use digest::{ArchiveId, Digest};
pub use index::EntityEntry;
pub use item::image_digest;
pub use manifest::{ArchiveKind, Counts, Manifest, Unread};
pub use read::Archive;

pub(crate) use index::{BlobEntry, Place, rest_digest};
pub(crate) use item::{Item, encode_image};
pub(crate) use manifest::Heading;
pub(crate) use write::ArchiveWriter;

const MANIFEST: &str = "manifest.json";
const MANIFEST_DIGEST: &str = "manifest.b3";
const ENTITIES: &str = "entities.jsonl";
const BLOBS: &str = "blobs.jsonl";
/// Added to a folder's name while it is written.
const UNFINISHED: &str = ".unfinished";
/// The layout that this version writes; it reads this one alone, being the first.
const FORMAT: u32 = 1;
