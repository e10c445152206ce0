//! How records, events and effects are written: a version byte, then MessagePack with named
//! fields, so that a field can be added without touching what is stored.

use igny8_storage_api::StoreError;
use serde::{Serialize, de::DeserializeOwned};
use std::cell::RefCell;
use std::fmt::Display;

/// The version of everything that this build writes. Older ones stay readable for ever.
const VERSION: u8 = 1;

/// A thread's buffer that has grown beyond this is given back.
const BUFFER_BYTES_MAX: usize = 256 * 1024;

thread_local! {
    /// Where values are written before their size is known: what is kept is as long as it is.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Encodes a value behind its version byte.
pub(crate) fn encode<T: Serialize>(value: &T) -> bytes::Bytes {
    let mut buffer = BUFFER.take();
    buffer.clear();
    buffer.push(VERSION);
    rmp_serde::encode::write_named(&mut buffer, value)
        .expect("records hold only types that MessagePack can express");
    let bytes = bytes::Bytes::copy_from_slice(&buffer);
    if buffer.capacity() <= BUFFER_BYTES_MAX {
        BUFFER.set(buffer);
    }
    bytes
}

/// Decodes a value of any version that was ever written. The place is spelled out only if it does
/// not decode: an actor that loads reads thousands of records.
pub(crate) fn decode<T: DeserializeOwned>(
    place: impl Display,
    bytes: &[u8],
) -> Result<T, StoreError> {
    let corrupt = |reason: String| StoreError::Corrupt { place: place.to_string(), reason };
    match bytes.split_first() {
        Some((&VERSION, body)) => {
            rmp_serde::from_slice(body).map_err(|error| corrupt(error.to_string()))
        }
        Some((version, _)) => Err(corrupt(format!("version {version} is newer than this build"))),
        None => Err(corrupt("the value is empty".to_owned())),
    }
}
