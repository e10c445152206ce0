//! The file of keys: those that wrap the data keys of tenants, and the one that signs access tokens.

use super::entropy::OsEntropy;
use super::envelope::{KEY_BYTES, MASTER_ID_BYTES_MAX, Masters, SecretKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrecy::SecretSlice;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The layout of the file that this version writes and reads.
const FORMAT: u32 = 1;
/// A larger file is not one of ours.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Why keys cannot be used. Never shows a key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    /// There is none.
    #[error("there is no key file at {}. Make one with `igny8 keys new --out {}`", .0.display(), .0.display())]
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
    /// The key that wraps new data keys.
    current: String,
    /// All keys that unwrap.
    sealing: Vec<StoredKey>,
    /// Signs access tokens.
    access: String,
}

/// The keys of a server.
pub(crate) struct KeyFile {
    /// Wrap and unwrap the data keys of tenants.
    pub(crate) masters: Arc<Masters>,
    /// Signs access tokens.
    pub(crate) access: SecretSlice<u8>,
}

impl KeyFile {
    /// Reads the keys.
    pub(crate) fn read(path: &Path) -> Result<Self, KeyFileError> {
        Stored::read(path)?.open().map_err(|reason| content(path, reason))
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
        let key = StoredKey::draw();
        let stored = Stored {
            format: FORMAT,
            current: key.id.clone(),
            sealing: vec![key],
            access: BASE64_STANDARD.encode(SecretKey::draw().expose()),
        };
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(failed(path))?;
        }
        write_private(path, &stored.text()).map_err(failed(path))
    }

    /// Adds a key and makes it the one that wraps: its id. The others stay, and go on opening.
    pub(crate) fn add(path: &Path) -> Result<String, KeyFileError> {
        change(path, |stored| {
            let key = StoredKey::draw();
            stored.current = key.id.clone();
            stored.sealing.push(key);
            Ok(stored.current.clone())
        })
    }

    /// Takes a key out of the file. Whoever calls this knows that nothing needs it any more.
    pub(crate) fn remove(path: &Path, id: &str) -> Result<(), KeyFileError> {
        change(path, |stored| {
            if stored.current == id {
                return Err(format!("{id} is its current key: add another with `igny8 keys add`"));
            }
            let before = stored.sealing.len();
            stored.sealing.retain(|key| key.id != id);
            match stored.sealing.len() < before {
                true => Ok(()),
                false => Err(format!("it has no key {id}")),
            }
        })
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> KeyFileError {
    move |source| KeyFileError::File { path: path.to_owned(), source }
}

fn content(path: &Path, reason: String) -> KeyFileError {
    KeyFileError::Content { path: path.to_owned(), reason }
}

/// Reads, changes and replaces the file: whoever reads it sees the old or the new one, whole. Its
/// folder is locked meanwhile, so that two changes do not lose each other.
fn change<T>(
    path: &Path,
    change: impl FnOnce(&mut Stored) -> Result<T, String>,
) -> Result<T, KeyFileError> {
    // A link stays one: what it leads to is replaced.
    let path = &std::fs::canonicalize(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => KeyFileError::Missing(path.to_owned()),
        _ => failed(path)(error),
    })?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let lock = File::open(folder).map_err(failed(folder))?;
    lock.lock().map_err(failed(folder))?;
    let mut stored = Stored::read(path)?;
    let changed = change(&mut stored).map_err(|reason| content(path, reason))?;
    let text = stored.text();
    stored.open().map_err(|reason| content(path, reason))?;
    replace(path, &text).and_then(|()| lock.sync_all()).map_err(failed(path))?;
    Ok(changed)
}

/// The new file belongs to the owner of the old one: the server must be able to read it, whoever
/// gives the command.
fn replace(path: &Path, content: &str) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let new = path.with_extension("new");
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => write_private(&new, content)?,
    }
    let old = std::fs::metadata(path)?;
    std::os::unix::fs::chown(&new, Some(old.uid()), Some(old.gid()))?;
    std::fs::rename(&new, path)
}

fn write_private(path: &Path, content: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

impl StoredKey {
    fn draw() -> Self {
        let id = format!("k{:08x}", u32::from_be_bytes(OsEntropy::bytes()));
        Self { id, key: BASE64_STANDARD.encode(SecretKey::draw().expose()) }
    }
}

impl Stored {
    fn read(path: &Path) -> Result<Self, KeyFileError> {
        let size = match std::fs::metadata(path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(KeyFileError::Missing(path.to_owned()));
            }
            Err(error) => return Err(failed(path)(error)),
        };
        if size > FILE_BYTES_MAX {
            return Err(content(path, format!("it has {size} bytes; a key file is small")));
        }
        let text = std::fs::read_to_string(path).map_err(failed(path))?;
        // serde's message could quote the file: only the place is told.
        serde_json::from_str(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            content(path, format!("it is no key file (line {line}, column {column})"))
        })
    }

    fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("keys are plain text")
    }

    fn open(self) -> Result<KeyFile, String> {
        if self.format != FORMAT {
            return Err(format!("it has format {}, this version reads {FORMAT}", self.format));
        }
        let mut keys: Vec<(String, SecretKey)> = Vec::with_capacity(self.sealing.len());
        for stored in self.sealing {
            let key =
                decode(&stored.key).map_err(|reason| format!("key {}: {reason}", stored.id))?;
            let is_twice = keys.iter().any(|(id, _)| *id == stored.id);
            if stored.id.is_empty() || stored.id.len() > MASTER_ID_BYTES_MAX || is_twice {
                return Err(format!("the id {:?} is empty, too long or there twice", stored.id));
            }
            keys.push((stored.id, key));
        }
        let missing = format!("its current key {:?} is not among its keys", self.current);
        let masters = Arc::new(Masters::new(self.current, keys).ok_or(missing)?);
        let access = decode(&self.access).map_err(|reason| format!("the access key: {reason}"))?;
        Ok(KeyFile { masters, access: access.expose().to_vec().into() })
    }
}

fn decode(text: &str) -> Result<SecretKey, String> {
    let bytes = BASE64_STANDARD.decode(text.trim()).map_err(|_| "it is not base64".to_owned())?;
    let length = bytes.len();
    let key =
        SecretKey::of(bytes).ok_or_else(|| format!("it has {length} bytes, not {KEY_BYTES}"))?;
    // Twelve of 32 random bytes are alike about once in 10^18 keys: this is a placeholder.
    let bytes = key.expose();
    let most = bytes.iter().map(|byte| bytes.iter().filter(|other| *other == byte).count()).max();
    if most >= Some(12) || bytes.is_ascii() {
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
        let key = |file: &KeyFile| *file.masters.get(file.masters.current()).unwrap().expose();
        assert_eq!(key(&first), key(&again));
        assert_eq!(first.access.expose_secret(), again.access.expose_secret());
        assert_ne!(first.access.expose_secret(), key(&first));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(KeyFile::create(&path).is_err());
    }

    #[test]
    fn key_that_is_added_wraps_and_the_others_stay_until_they_are_removed() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.json");
        assert!(matches!(KeyFile::add(&path), Err(KeyFileError::Missing(_))));
        KeyFile::create(&path).unwrap();
        let first = KeyFile::read(&path).unwrap();
        let old = first.masters.current().to_owned();
        // What a change that was broken off has left.
        std::fs::write(directory.path().join("keys.new"), "half").unwrap();
        let new = KeyFile::add(&path).unwrap();
        let file = KeyFile::read(&path).unwrap();
        assert_eq!((file.masters.current(), file.masters.ids().count()), (new.as_str(), 2));
        let kept = file.masters.get(&old).unwrap();
        assert_eq!(kept.expose(), first.masters.get(&old).unwrap().expose());
        assert_ne!(kept.expose(), file.masters.get(&new).unwrap().expose());
        assert_eq!(file.access.expose_secret(), first.access.expose_secret());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        for (id, reason) in [(new.as_str(), "current"), ("k0", "no key")] {
            let error = KeyFile::remove(&path, id).err().unwrap().to_string();
            assert!(error.contains(reason), "{error}");
        }
        KeyFile::remove(&path, &old).unwrap();
        assert_eq!(KeyFile::read(&path).unwrap().masters.ids().collect::<Vec<_>>(), [new]);
    }

    #[test]
    fn keys_that_are_added_at_once_are_all_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.json");
        KeyFile::create(&path).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| KeyFile::add(&path).unwrap());
            }
        });
        assert_eq!(KeyFile::read(&path).unwrap().masters.ids().count(), 9);
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
