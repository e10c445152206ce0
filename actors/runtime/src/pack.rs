//! Bytes that are kept for long, made smaller.

use std::cell::RefCell;
use zstd::bulk::Compressor;

/// The library's usual balance of time and size.
const LEVEL: i32 = 3;

thread_local! {
    /// Making one takes longer than packing a short text.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// Packs bytes.
pub(crate) fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        let compressor = match compressor {
            Some(compressor) => compressor,
            None => compressor.insert(Compressor::new(LEVEL)?),
        };
        compressor.compress(bytes)
    })
}

/// The bytes as they were; more than so many are an error.
pub(crate) fn unpack(packed: &[u8], bytes_max: usize) -> std::io::Result<Vec<u8>> {
    zstd::bulk::decompress(packed, bytes_max)
}
