//! Keys within keys: a key of the file (a *master*) wraps the data keys of tenants, a data key seals
//! the tenant's secrets. XChaCha20-Poly1305 throughout. Pure: it knows no file and no store.

use super::entropy::OsEntropy;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use igny8_actors_ports::{Entropy, SealError};
use igny8_protocol_ids::TenantId;
use secrecy::{ExposeSecret, SecretBox, SecretSlice};

/// A key of XChaCha20-Poly1305, and one that HMAC-SHA-256 takes without folding it.
pub(crate) const KEY_BYTES: usize = 32;
/// Random nonces of this length do not meet in the lifetime of a key.
const NONCE_BYTES: usize = 24;
/// The layout of a wrapped key that this version writes and reads.
const WRAPPED_FORMAT: u8 = 1;
/// Format, rotation, and the length of the master's id.
const WRAPPED_HEADER_BYTES: usize = 1 + 8 + 1;
/// The longest id of a master: its length is one byte.
pub(crate) const MASTER_ID_BYTES_MAX: usize = u8::MAX as usize;

/// Key bytes that cannot be printed and are wiped when they go.
pub(crate) struct SecretKey(SecretBox<[u8; KEY_BYTES]>);

impl SecretKey {
    /// A new random key.
    pub(crate) fn draw() -> Self {
        Self(SecretBox::init_with_mut(|key: &mut [u8; KEY_BYTES]| OsEntropy.fill(key)))
    }

    /// A key of these bytes, which are wiped.
    pub(crate) fn of(bytes: Vec<u8>) -> Option<Self> {
        let bytes = SecretSlice::from(bytes);
        let given: &[u8; KEY_BYTES] = bytes.expose_secret().try_into().ok()?;
        Some(Self(SecretBox::init_with_mut(|key: &mut [u8; KEY_BYTES]| key.copy_from_slice(given))))
    }

    /// The bytes, for whoever writes the file of keys, and for tests.
    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        self.0.expose_secret()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(<&Key>::from(self.expose()))
    }

    /// Nonce and ciphertext of a secret, bound to what is associated with it.
    pub(crate) fn seal(&self, associated: &[u8], secret: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = OsEntropy::bytes::<NONCE_BYTES>();
        let payload = Payload { msg: secret, aad: associated };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        Ok([&nonce, sealed.map_err(|_| SealError::Refused)?.as_slice()].concat())
    }

    /// The secret, if this key sealed exactly this with exactly that.
    pub(crate) fn open(
        &self,
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<SecretSlice<u8>, SealError> {
        let split = sealed.split_first_chunk::<NONCE_BYTES>();
        let (nonce, ciphertext) = split.ok_or(SealError::Refused)?;
        let payload = Payload { msg: ciphertext, aad: associated };
        let opened = self.cipher().decrypt(&XNonce::from(*nonce), payload);
        opened.map(SecretSlice::from).map_err(|_| SealError::Refused)
    }
}

/// The keys of the file: all open, one wraps.
pub(crate) struct Masters {
    current: String,
    keys: Vec<(String, SecretKey)>,
}

impl Masters {
    /// The keys by id, and the id of the one that wraps. `None` if that is not among them.
    pub(crate) fn new(current: String, keys: Vec<(String, SecretKey)>) -> Option<Self> {
        keys.iter().any(|(id, _)| *id == current).then_some(Self { current, keys })
    }

    /// The id of the one that wraps.
    pub(crate) fn current(&self) -> &str {
        &self.current
    }

    /// All ids, in the order of the file.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(id, _)| id.as_str())
    }

    /// A key by its id.
    pub(crate) fn get(&self, id: &str) -> Result<&SecretKey, SealError> {
        let found = self.keys.iter().find(|(known, _)| known == id);
        found.map(|(_, key)| key).ok_or_else(|| SealError::UnknownKey(id.to_owned()))
    }

    /// Wraps a data key under the current master.
    pub(crate) fn wrap(
        &self,
        place: DataKeyPlace,
        rotation: u64,
        key: &SecretKey,
    ) -> Result<WrappedKey, SealError> {
        let mut wrapped = WrappedKey { master: self.current.clone(), rotation, sealed: Vec::new() };
        let master = self.get(&self.current)?;
        wrapped.sealed = master.seal(&wrapped.associated(place), key.expose())?;
        Ok(wrapped)
    }

    /// The data key, if a master of the file wrapped it for this place.
    pub(crate) fn unwrap(
        &self,
        place: DataKeyPlace,
        wrapped: &WrappedKey,
    ) -> Result<SecretKey, SealError> {
        let master = self.get(&wrapped.master)?;
        let key = master.open(&wrapped.associated(place), &wrapped.sealed)?;
        SecretKey::of(key.expose_secret().to_vec()).ok_or(SealError::Refused)
    }
}

/// Which data key: a wrapped one opens as no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DataKeyPlace {
    /// Whose.
    pub(crate) tenant: TenantId,
    /// From 1; the highest seals, all open.
    pub(crate) version: u32,
}

/// A data key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrappedKey {
    /// The id of the key of the file that wrapped it.
    pub(crate) master: String,
    /// The rotation that made it; 0 for a tenant's first.
    pub(crate) rotation: u64,
    /// Nonce and ciphertext.
    sealed: Vec<u8>,
}

impl WrappedKey {
    fn header(&self) -> Vec<u8> {
        let length = u8::try_from(self.master.len()).expect("ids are measured when they are read");
        let mut bytes = vec![WRAPPED_FORMAT];
        bytes.extend(self.rotation.to_be_bytes());
        bytes.push(length);
        bytes.extend(self.master.as_bytes());
        bytes
    }

    fn associated(&self, place: DataKeyPlace) -> Vec<u8> {
        let mut bytes = b"igny8 data key ".to_vec();
        bytes.extend(place.tenant.uuid().as_bytes());
        bytes.extend(place.version.to_be_bytes());
        bytes.extend(self.header());
        bytes
    }

    /// The bytes to store: a version, then all of it.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.header();
        bytes.extend(&self.sealed);
        bytes
    }

    /// What was stored; `None` if it is something else.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = bytes.split_first_chunk::<WRAPPED_HEADER_BYTES>()?;
        let [format, rotation @ .., length] = header;
        let (master, sealed) = rest.split_at_checked(usize::from(*length))?;
        let master = std::str::from_utf8(master).ok()?.to_owned();
        let rotation = u64::from_be_bytes(*rotation);
        (*format == WRAPPED_FORMAT).then(|| Self { master, rotation, sealed: sealed.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::Timestamp;
    use proptest::prelude::*;

    fn masters(keys: &[(&str, u8)]) -> Masters {
        let key = |byte: u8| SecretKey::of(vec![byte; KEY_BYTES]).unwrap();
        let all = keys.iter().map(|(id, byte)| ((*id).to_owned(), key(*byte))).collect();
        Masters::new(keys[0].0.to_owned(), all).unwrap()
    }

    fn place(tenant: u8, version: u32) -> DataKeyPlace {
        let tenant = TenantId::new(Timestamp::from_millis(1), [tenant; 10]);
        DataKeyPlace { tenant, version }
    }

    proptest! {
        #[test]
        fn ciphertext_opens_with_its_key_and_place_alone(
            secret in proptest::collection::vec(any::<u8>(), 0..200),
            associated in proptest::collection::vec(any::<u8>(), 0..60),
            other in proptest::collection::vec(any::<u8>(), 0..60),
            flipped in any::<proptest::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let (key, stranger) = (SecretKey::draw(), SecretKey::draw());
            let sealed = key.seal(&associated, &secret).unwrap();
            let opened = key.open(&associated, &sealed).unwrap();
            prop_assert_eq!(opened.expose_secret(), &secret[..]);
            prop_assert!(secret.len() < 8 || !sealed.windows(secret.len()).any(|w| w == secret));
            prop_assert!(stranger.open(&associated, &sealed).is_err());
            prop_assert!(other == associated || key.open(&other, &sealed).is_err());
            let mut changed = sealed.clone();
            let at = flipped.index(changed.len());
            changed[at] ^= 1 << bit;
            prop_assert!(key.open(&associated, &changed).is_err(), "bit {} of byte {}", bit, at);
            prop_assert!(key.open(&associated, &sealed[..at]).is_err(), "cut at {}", at);
        }

        #[test]
        fn wrapped_key_is_read_back_and_bound_to_all_that_it_says(
            rotation in any::<u64>(),
            version in 1..9_u32,
            flipped in any::<proptest::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let masters = masters(&[("new", 1), ("old", 2)]);
            let key = SecretKey::draw();
            let wrapped = masters.wrap(place(1, version), rotation, &key).unwrap();
            let stored = wrapped.encode();
            prop_assert!(!stored.windows(KEY_BYTES).any(|window| window == key.expose()));
            let read = WrappedKey::decode(&stored).unwrap();
            prop_assert_eq!(&read, &wrapped);
            let opened = masters.unwrap(place(1, version), &read).unwrap();
            prop_assert_eq!(opened.expose(), key.expose());
            prop_assert!(masters.unwrap(place(2, version), &read).is_err(), "another tenant");
            prop_assert!(masters.unwrap(place(1, version + 1), &read).is_err(), "another version");
            let mut changed = stored.clone();
            let at = flipped.index(changed.len());
            changed[at] ^= 1 << bit;
            let opened = WrappedKey::decode(&changed)
                .is_some_and(|wrapped| masters.unwrap(place(1, version), &wrapped).is_ok());
            prop_assert!(!opened, "bit {} of byte {}", bit, at);
        }

        #[test]
        fn whatever_is_stored_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let read = WrappedKey::decode(&bytes);
            prop_assert!(read.is_none_or(|wrapped| wrapped.encode() == bytes));
        }
    }

    #[test]
    fn retired_master_opens_and_the_current_one_wraps() {
        let key = SecretKey::draw();
        let old = masters(&[("a", 1)]).wrap(place(1, 1), 0, &key).unwrap();
        let rotated = masters(&[("b", 2), ("a", 1)]);
        assert_eq!(rotated.unwrap(place(1, 1), &old).unwrap().expose(), key.expose());
        assert_eq!(rotated.wrap(place(1, 1), 0, &key).unwrap().master, "b");
        let unknown = masters(&[("b", 2)]).unwrap(place(1, 1), &old);
        assert!(matches!(unknown, Err(SealError::UnknownKey(id)) if id == "a"));
        let impostor = masters(&[("a", 9)]).unwrap(place(1, 1), &old);
        assert!(matches!(impostor, Err(SealError::Refused)));
        assert!(Masters::new("c".to_owned(), Vec::new()).is_none());
    }
}
