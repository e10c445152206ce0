//! MessagePack with named fields and readable ids: small, self-describing, the same in Rust and
//! TypeScript. Golden frames in `tests/golden` are read by both.

use serde::{Serialize, de::DeserializeOwned};

/// No bytes, as MessagePack.
const EMPTY_BYTES: [u8; 2] = [0xc4, 0];

/// Why bytes are not a frame. Says nothing of their content.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// It could not be written.
    #[error("the frame cannot be encoded: {0}")]
    Encode(#[from] rmp_serde::encode::Error),
    /// It could not be read.
    #[error("the frame cannot be read: {0}")]
    Decode(#[from] rmp_serde::decode::Error),
}

/// Encodes a frame.
pub fn encode<T: Serialize>(frame: &T) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::with_capacity(128);
    let mut serializer =
        rmp_serde::Serializer::new(&mut bytes).with_struct_map().with_human_readable();
    frame.serialize(&mut serializer)?;
    Ok(bytes)
}

/// Encodes a frame whose last field is bytes, and empty here, up to where so many bytes follow. They
/// may be shared by many frames.
pub fn encode_until<T: Serialize>(frame: &T, bytes: usize) -> Result<Vec<u8>, CodecError> {
    let mut head = encode(frame)?;
    debug_assert!(head.ends_with(&EMPTY_BYTES), "the last field of the frame is no empty bytes");
    head.truncate(head.len() - EMPTY_BYTES.len());
    let bytes = u32::try_from(bytes).expect("what is sent stays far below 4 GiB");
    rmp::encode::write_bin_len(&mut head, bytes).expect("a vector takes what is written");
    Ok(head)
}

/// Decodes a frame.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable();
    Ok(T::deserialize(&mut deserializer)?)
}
