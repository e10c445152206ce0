//! The file of keys: those that seal secrets, and the one that signs access tokens.

use super::entropy::OsEntropy;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrecy::SecretSlice;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The layout of the file that this version writes and reads.
const FORMAT: u32 = 1;
/// A key of XChaCha20-Poly1305, and one that HMAC-SHA-256 takes without folding it.
pub(crate) const KEY_BYTES: usize = 32;
/// A larger file is not one of ours.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Why keys cannot be used. Never shows a key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    /// There is none.
    #[error("there is no key file at {}. Make one with `igny8 new-keys --out {}`", .0.display(), .0.display())]
    Missing(PathBuf),
    /// It cannot be read or written.
    #[error("the key file {} cannot be used: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something else.
    #[error("the key file {} cannot be used: {reason}", path.display())]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    id: String,
    key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: u32,
    /// The key that seals new secrets.
    current: String,
    /// All keys that open secrets.
    sealing: Vec<StoredKey>,
    /// Signs access tokens.
    access: String,
}

/// The keys of a server.
pub(crate) struct KeyFile {
    /// The id of the key that seals.
    pub(crate) current: String,
    /// Id and key of all that open.
    pub(crate) sealing: Vec<(String, [u8; KEY_BYTES])>,
    /// Signs access tokens.
    pub(crate) access: SecretSlice<u8>,
}

impl KeyFile {
    /// Reads the keys.
    pub(crate) fn read(path: &Path) -> Result<Self, KeyFileError> {
        let file = |source| KeyFileError::File { path: path.to_owned(), source };
        let content = |reason: String| KeyFileError::Content { path: path.to_owned(), reason };
        let size = match std::fs::metadata(path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(KeyFileError::Missing(path.to_owned()));
            }
            Err(error) => return Err(file(error)),
        };
        if size > FILE_BYTES_MAX {
            return Err(content(format!("it has {size} bytes; a key file is small")));
        }
        let text = std::fs::read_to_string(path).map_err(file)?;
        // serde's message could quote the file: only the place is told.
        let stored: Stored = serde_json::from_str(&text).map_err(|error| {
            content(format!("it is no key file (line {}, column {})", error.line(), error.column()))
        })?;
        stored.open().map_err(content)
    }

    /// Reads the keys, or makes and writes them if there are none: in development.
    pub(crate) fn read_or_create(path: &Path) -> Result<Self, KeyFileError> {
        match Self::read(path) {
            Err(KeyFileError::Missing(_)) => {
                Self::create(path)?;
                Self::read(path)
            }
            other => other,
        }
    }

    /// Writes new keys to a file that only its owner can read. Never replaces one: what older keys
    /// have sealed could not be opened again.
    pub(crate) fn create(path: &Path) -> Result<(), KeyFileError> {
        let file = |source| KeyFileError::File { path: path.to_owned(), source };
        let id = format!("k{:08x}", u32::from_be_bytes(OsEntropy::bytes()));
        let key = |bytes: [u8; KEY_BYTES]| BASE64_STANDARD.encode(bytes);
        let stored = Stored {
            format: FORMAT,
            current: id.clone(),
            sealing: vec![StoredKey { id, key: key(OsEntropy::bytes()) }],
            access: key(OsEntropy::bytes()),
        };
        let text = serde_json::to_string_pretty(&stored).expect("keys are plain text");
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(file)?;
        }
        write_private(path, text.as_bytes()).map_err(file)
    }
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

impl Stored {
    fn open(self) -> Result<KeyFile, String> {
        if self.format != FORMAT {
            return Err(format!("it has format {}, this version reads {FORMAT}", self.format));
        }
        let mut sealing = Vec::with_capacity(self.sealing.len());
        for stored in &self.sealing {
            let key =
                decode(&stored.key).map_err(|reason| format!("key {}: {reason}", stored.id))?;
            if stored.id.is_empty() || sealing.iter().any(|(id, _)| *id == stored.id) {
                return Err(format!("the id {:?} is empty or there twice", stored.id));
            }
            sealing.push((stored.id.clone(), key));
        }
        if !sealing.iter().any(|(id, _)| *id == self.current) {
            return Err(format!("its current key {:?} is not among its keys", self.current));
        }
        let access = decode(&self.access).map_err(|reason| format!("the access key: {reason}"))?;
        Ok(KeyFile { current: self.current, sealing, access: access.to_vec().into() })
    }
}

fn decode(text: &str) -> Result<[u8; KEY_BYTES], String> {
    let bytes = BASE64_STANDARD.decode(text.trim()).map_err(|_| "it is not base64".to_owned())?;
    let key: [u8; KEY_BYTES] = bytes
        .try_into()
        .map_err(|bytes: Vec<u8>| format!("it has {} bytes, not {KEY_BYTES}", bytes.len()))?;
    // Twelve of 32 random bytes are alike about once in 10^18 keys: this is a placeholder.
    let most = key.iter().map(|byte| key.iter().filter(|other| *other == byte).count()).max();
    if most >= Some(12) || key.is_ascii() {
        return Err("it is an example, not a key".to_owned());
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn new_keys_are_private_stay_the_same_and_are_never_replaced() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/keys.json");
        assert!(matches!(KeyFile::read(&path), Err(KeyFileError::Missing(_))));
        let first = KeyFile::read_or_create(&path).unwrap();
        let again = KeyFile::read_or_create(&path).unwrap();
        assert_eq!(first.sealing, again.sealing);
        assert_eq!(first.access.expose_secret(), again.access.expose_secret());
        assert_ne!(first.access.expose_secret(), first.sealing[0].1);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(KeyFile::create(&path).is_err());
    }

    #[test]
    fn examples_and_halves_of_keys_are_refused_without_being_shown() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.json");
        KeyFile::create(&path).unwrap();
        let good = std::fs::read_to_string(&path).unwrap();
        let access = good.lines().find(|line| line.contains("access")).unwrap().to_owned();
        for (bad, reason) in [
            (BASE64_STANDARD.encode([0_u8; 32]), "example"),
            (BASE64_STANDARD.encode(b"change-me-change-me-change-me-ok"), "example"),
            (BASE64_STANDARD.encode([1_u8, 2, 3]), "3 bytes"),
            ("not base64!".to_owned(), "base64"),
        ] {
            let text = good.replace(&access, &format!("  \"access\": \"{bad}\""));
            std::fs::write(&path, text).unwrap();
            let Err(error) = KeyFile::read(&path) else { panic!("{bad} was taken") };
            let error = error.to_string();
            assert!(error.contains(reason) && !error.contains(&bad), "{error}");
        }
        std::fs::write(&path, good.replace("\"format\"", "\"secret\"")).unwrap();
        let Err(error) = KeyFile::read(&path) else { panic!("taken") };
        assert!(error.to_string().contains("line"), "{error}");
    }
}
