//! Blobs: compressed where that helps, checked against their hash when they are read.

use super::{Reader, TAG, length};
use crate::record::BlobHash;
use bytes::Bytes;

const BLOB_RAW: u8 = 0;
const BLOB_ZSTD: u8 = 1;
/// Below this, compressing costs more than it saves.
const COMPRESS_FROM_BYTES: usize = 1024;
/// zstd's own default: the best of speed against size for text.
const ZSTD_LEVEL: i32 = 3;

/// A blob, compressed where that helps.
pub fn encode_blob(bytes: &[u8]) -> Vec<u8> {
    if bytes.len() >= COMPRESS_FROM_BYTES
        && let Ok(packed) = zstd::bulk::compress(bytes, ZSTD_LEVEL)
        && packed.len() < bytes.len()
    {
        return tagged(&[TAG, BLOB_ZSTD], &length(bytes.len()), &packed);
    }
    tagged(&[TAG, BLOB_RAW], &[], bytes)
}

fn tagged(tag: &[u8], length: &[u8], body: &[u8]) -> Vec<u8> {
    [tag, length, body].concat()
}

/// The bytes of a blob, if they are what the hash says.
pub fn decode_blob(value: &[u8], hash: BlobHash) -> Option<Bytes> {
    let mut reader = Reader::open(value)?;
    let bytes = match reader.array::<1>()?[0] {
        BLOB_RAW => Bytes::copy_from_slice(reader.rest),
        BLOB_ZSTD => {
            let size = reader.length()?;
            if size > crate::limits::BLOB_BYTES_MAX {
                return None;
            }
            Bytes::from(zstd::bulk::decompress(reader.rest, size).ok()?)
        }
        _ => return None,
    };
    (BlobHash::of(&bytes) == hash).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_survive_small_large_and_incompressible() {
        let noise: Vec<u8> =
            (0..200_u32).flat_map(|i| *blake3::hash(&i.to_be_bytes()).as_bytes()).collect();
        for bytes in [Vec::new(), vec![7; 10], vec![7; 100_000], noise] {
            let value = encode_blob(&bytes);
            assert!(value.len() <= bytes.len() + 2);
            assert_eq!(decode_blob(&value, BlobHash::of(&bytes)).as_deref(), Some(&bytes[..]));
            assert_eq!(decode_blob(&value, BlobHash([0; 32])), None);
        }
    }
}
