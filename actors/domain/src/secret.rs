//! Sealed secrets as the core sees them: opaque bytes that it keeps and hands on.

use serde::{Deserialize, Serialize};

/// Ciphertext and the id of its key. The core never opens it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSecret {
    /// Which key of the ring.
    pub key_id: String,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedSecret({} bytes)", self.bytes.len())
    }
}
