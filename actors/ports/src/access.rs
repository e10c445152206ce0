//! Secrets at rest and passwords.

use serde::{Deserialize, Serialize};

/// A sealed secret: ciphertext with the id of the key that sealed it. Safe to store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Which key of the ring.
    pub key_id: String,
    /// Nonce and ciphertext.
    #[serde(with = "serde_bytes_vec")]
    pub bytes: Vec<u8>,
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

/// Why a secret could not be sealed or opened. Never falls back to plain text.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key that sealed it is not on the ring.
    #[error("the key {0} is not on the key ring: restore the key file that belongs to this data")]
    UnknownKey(String),
    /// Ciphertext, key and place do not belong together.
    #[error("the secret does not open: it was changed or moved")]
    Refused,
}

/// Seals secrets. The place (tenant, kind, id, field) is authenticated, so that a ciphertext
/// cannot be moved to another row.
pub trait KeyRing: Send + Sync + 'static {
    /// Seals a secret for one place.
    fn seal(&self, place: &str, secret: &[u8]) -> Result<Sealed, SealError>;
    /// Opens a secret that was sealed for this place.
    fn open(&self, place: &str, sealed: &Sealed) -> Result<Vec<u8>, SealError>;
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
