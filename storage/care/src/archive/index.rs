//! Where things lie.

use super::digest::{ArchiveId, Digest};
use super::item::digest_parts;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId, Timestamp};
use igny8_storage_api::{AppendRow, BlobHash, Head};
use serde::{Deserialize, Serialize};

/// A record of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    /// The archive in which it lies; absent for the one whose index says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) archive: Option<ArchiveId>,
    pub(crate) segment: u32,
    pub(crate) offset: u64,
}

impl Place {
    /// The same place as seen from a child of `parent`.
    pub(crate) fn seen_from_child(self, parent: ArchiveId) -> Self {
        Self { archive: self.archive.or(Some(parent)), ..self }
    }
}

/// An entity of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityEntry {
    /// Which.
    pub entity: EntityKey,
    /// The owner's epoch.
    pub epoch: Epoch,
    /// The last committed sequence.
    pub sequence: Sequence,
    /// The chain hash of that commit: with the two above it says which commits are in here.
    pub chain: Digest,
    /// The id of that commit, 32 hexadecimal digits.
    pub(crate) commit_id: String,
    /// The hash of what may change without a commit: appends and wake hint.
    pub(crate) rest: Digest,
    /// The hash of the whole image: [`super::image_digest`].
    pub image: Digest,
    /// Records.
    pub records: u64,
    /// Appends.
    pub appends: u64,
    /// Blobs of its tenant that its records name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) blobs: Vec<Digest>,
    pub(crate) place: Place,
}

impl EntityEntry {
    pub(crate) fn is_at(&self, head: &Head) -> bool {
        (self.epoch, self.sequence) == (head.epoch, head.sequence)
            && self.chain.0 == head.chain
            && self.commit_id == format!("{:032x}", head.commit_id.0)
    }
}

/// A blob of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlobEntry {
    pub(crate) tenant: TenantId,
    pub(crate) hash: Digest,
    pub(crate) place: Place,
}

impl BlobEntry {
    pub(crate) fn key(&self) -> (TenantId, BlobHash) {
        (self.tenant, BlobHash(self.hash.0))
    }
}

/// The hash of what an entity has besides what its head stands for.
pub(crate) fn rest_digest(appends: &[AppendRow], wake: Option<Timestamp>) -> Digest {
    digest_parts(appends, wake)
}
