//! The operating system's chance.

use igny8_actors_ports::Entropy;
use rand::TryRngCore;
use rand::rngs::OsRng;

/// Cryptographically strong bytes from the kernel.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        // Without chance no id, nonce or token can be made: nothing sensible could go on.
        OsRng.try_fill_bytes(buffer).expect("the kernel gives random bytes once it has booted");
    }
}

impl OsEntropy {
    /// So many random bytes.
    pub(crate) fn bytes<const N: usize>() -> [u8; N] {
        let mut bytes = [0; N];
        Self.fill(&mut bytes);
        bytes
    }
}
