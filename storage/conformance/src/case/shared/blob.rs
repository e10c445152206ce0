//! Blobs: large payloads by the hash of their bytes.

use crate::Backend;
use crate::fixture::tenant;
use bytes::Bytes;
use futures::future::join_all;
use igny8_protocol_ids::Timestamp;
use igny8_storage_api::{BlobHash, Store};

const NOW: Timestamp = Timestamp::from_millis(1_000);

/// Bytes that do not compress.
fn noise(length: usize) -> Bytes {
    let blocks = (0..length.div_ceil(32) as u64).flat_map(|n| BlobHash::of(&n.to_be_bytes()).0);
    blocks.take(length).collect()
}

/// What goes in comes out, whatever its size and nature.
pub async fn r14_blobs_come_back_as_they_were<B: Backend>(backend: B) {
    let store = backend.open().await;
    let tenant = tenant();
    let text = Bytes::from("word ".repeat(100_000));
    for bytes in [Bytes::new(), Bytes::from_static(b"x"), text, noise(1_500), noise(3 << 20)] {
        let hash = store.put_blob(tenant, bytes.clone(), NOW).await.unwrap();
        assert_eq!(hash, BlobHash::of(&bytes));
        assert_eq!(store.blob(tenant, hash).await.unwrap(), Some(bytes));
    }
}

/// Absent is an answer.
pub async fn r14_absent_blob_is_none<B: Backend>(backend: B) {
    let store = backend.open().await;
    assert_eq!(store.blob(tenant(), BlobHash::of(b"never")).await.unwrap(), None);
}

/// The same bytes at the same time are one blob.
pub async fn r14_same_blob_written_together_is_one<B: Backend>(backend: B) {
    let store = backend.open().await;
    let (tenant, bytes) = (tenant(), noise(50_000));
    let hashes = join_all((0..8).map(|_| store.put_blob(tenant, bytes.clone(), NOW))).await;
    for hash in hashes {
        assert_eq!(store.blob(tenant, hash.unwrap()).await.unwrap(), Some(bytes.clone()));
    }
}
