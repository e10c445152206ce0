//! Seals secrets with XChaCha20-Poly1305.

use super::entropy::OsEntropy;
use super::key_file::KeyFile;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use igny8_actors_ports::{KeyRing, SealError, Sealed};
use std::collections::HashMap;

/// Random nonces of this length do not meet in the lifetime of a key.
const NONCE_BYTES: usize = 24;

/// The keys that open, and the one that seals. The place goes along as associated data, so that a
/// ciphertext opens nowhere else.
pub(crate) struct SealingRing {
    current: String,
    ciphers: HashMap<String, XChaCha20Poly1305>,
}

impl SealingRing {
    /// A ring of the file's keys.
    pub(crate) fn new(keys: &KeyFile) -> Self {
        let cipher = |key: &[u8; 32]| XChaCha20Poly1305::new(&Key::from(*key));
        let ciphers = keys.sealing.iter().map(|(id, key)| (id.clone(), cipher(key))).collect();
        Self { current: keys.current.clone(), ciphers }
    }

    fn cipher(&self, id: &str) -> Result<&XChaCha20Poly1305, SealError> {
        self.ciphers.get(id).ok_or_else(|| SealError::UnknownKey(id.to_owned()))
    }
}

impl KeyRing for SealingRing {
    fn seal(&self, place: &str, secret: &[u8]) -> Result<Sealed, SealError> {
        let nonce = OsEntropy::bytes::<NONCE_BYTES>();
        let payload = Payload { msg: secret, aad: place.as_bytes() };
        let sealed = self.cipher(&self.current)?.encrypt(&XNonce::from(nonce), payload);
        let ciphertext = sealed.map_err(|_| SealError::Refused)?;
        Ok(Sealed { key_id: self.current.clone(), bytes: [&nonce, ciphertext.as_slice()].concat() })
    }

    fn open(&self, place: &str, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        let cipher = self.cipher(&sealed.key_id)?;
        let split = sealed.bytes.split_first_chunk::<NONCE_BYTES>();
        let (nonce, ciphertext) = split.ok_or(SealError::Refused)?;
        let payload = Payload { msg: ciphertext, aad: place.as_bytes() };
        cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(keys: &[(&str, u8)]) -> SealingRing {
        let sealing = keys.iter().map(|(id, byte)| ((*id).to_owned(), [*byte; 32])).collect();
        let current = keys[0].0.to_owned();
        SealingRing::new(&KeyFile { current, sealing, access: Vec::new().into() })
    }

    #[test]
    fn secret_opens_in_its_place_alone() {
        let ring = ring(&[("a", 1)]);
        let sealed = ring.seal("tenant/site/link", b"secret").unwrap();
        assert_eq!(ring.open("tenant/site/link", &sealed).unwrap(), b"secret");
        assert!(matches!(ring.open("tenant/other/link", &sealed), Err(SealError::Refused)));
        assert_ne!(sealed.bytes, ring.seal("tenant/site/link", b"secret").unwrap().bytes);
    }

    #[test]
    fn retired_key_opens_and_the_current_one_seals() {
        let old = ring(&[("a", 1)]).seal("p", b"secret").unwrap();
        let rotated = ring(&[("b", 2), ("a", 1)]);
        assert_eq!(rotated.open("p", &old).unwrap(), b"secret");
        assert_eq!(rotated.seal("p", b"x").unwrap().key_id, "b");
        let unknown = ring(&[("b", 2)]).open("p", &old);
        assert!(matches!(unknown, Err(SealError::UnknownKey(id)) if id == "a"));
        let impostor = ring(&[("a", 9)]).open("p", &old);
        assert!(matches!(impostor, Err(SealError::Refused)));
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let ring = ring(&[("a", 1)]);
        let sealed = ring.seal("p", b"secret").unwrap();
        for place in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[place] ^= 1;
            assert!(ring.open("p", &changed).is_err(), "byte {place}");
            changed.bytes.truncate(place);
            assert!(ring.open("p", &changed).is_err(), "cut at {place}");
        }
    }
}
