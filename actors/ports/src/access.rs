//! Secrets at rest and passwords.

use igny8_protocol_ids::{EntityKind, TenantId};
use secrecy::SecretSlice;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A sealed secret: ciphertext with the name of the key that sealed it. Safe to store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Which key of the tenant, or (sealed by an earlier version) which key of the ring itself.
    pub key_id: String,
    /// Nonce and ciphertext.
    #[serde(with = "serde_bytes_vec")]
    pub bytes: Vec<u8>,
}

/// Where a secret is stored. It is authenticated with the ciphertext, so that what was sealed for
/// one place opens in no other: no other row, and no other tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecretPlace {
    /// Whose secret it is: by this tenant's key it is sealed.
    pub tenant: TenantId,
    /// The kind of the entity that keeps it.
    pub kind: EntityKind,
    /// The entity's id.
    pub id: Uuid,
    /// Which of the entity's secrets. Holds no slash.
    pub field: &'static str,
}

/// `tenant/kind/id/field`: what is authenticated. Stored ciphertexts rely on its form.
impl std::fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}/{}", self.tenant, self.kind.name(), self.id, self.field)
    }
}

mod serde_bytes_vec {
    use serde::{Deserialize, Deserializer, Serializer};
    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        Ok(bytes::Bytes::deserialize(deserializer)?.to_vec())
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes under {})", self.bytes.len(), self.key_id)
    }
}

/// Why a secret could not be sealed or opened. Never falls back to plain text, never shows any.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key that sealed it is not on the ring.
    #[error("the key {0} is not on the key ring: restore the key file that belongs to this data")]
    UnknownKey(String),
    /// Ciphertext, key and place do not belong together.
    #[error("the secret does not open: it was changed or moved")]
    Refused,
    /// The tenant was deleted, and its keys with it.
    #[error("the keys of this tenant were destroyed when it was deleted")]
    Destroyed,
    /// The tenant's key cannot be read now. Nothing was changed; it may work later.
    #[error("the tenant's key cannot be read just now: {reason}")]
    Unavailable {
        /// What the store or the system said.
        reason: String,
    },
}

/// Seals secrets, each tenant's by keys of its own.
#[async_trait::async_trait]
pub trait KeyRing: Send + Sync + 'static {
    /// Seals a secret for one place by the newest key of its tenant.
    async fn seal(&self, place: &SecretPlace, secret: &[u8]) -> Result<Sealed, SealError>;
    /// Opens a secret that was sealed for this place, by whichever key of the tenant.
    async fn open(
        &self,
        place: &SecretPlace,
        sealed: &Sealed,
    ) -> Result<SecretSlice<u8>, SealError>;
    /// True if the newest key of the tenant has sealed this: nothing is to be sealed anew.
    async fn is_newest(&self, tenant: TenantId, sealed: &Sealed) -> Result<bool, SealError>;
}

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The stored hash is not of a kind that we know.
    #[error("the stored password hash cannot be read: {0}")]
    Unreadable(String),
}

/// Hashes passwords. Slow on purpose: called through [`crate::Compute`].
pub trait PasswordHash: Send + Sync + 'static {
    /// Hashes with a fresh salt; the result is a PHC string.
    fn hash(&self, password: &str) -> Result<String, PasswordError>;
    /// True if the password belongs to the hash.
    fn verify(&self, password: &str, hash: &str) -> Result<bool, PasswordError>;
}
