//! Blobs: pieces in one partition, and an index that says when they were written last.
//!
//! All rows of one writing carry one time stamp, and a collection removes with exactly the stamp of
//! the writing that it has found to be old. A blob that is written again in between has a higher
//! one, and stays, index and pieces alike.

use crate::connect::{Class, Statement};
use crate::entity::Core;
use crate::error::corrupt;
use crate::key::{Values, blob, tenant_value};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use igny8_protocol_ids::{EntityKey, TenantId, Timestamp};
use igny8_storage_api::codec::{decode_blob, encode_blob};
use igny8_storage_api::{BlobHash, Collected, StoreError, check_bound, limits};
use scylla::value::CqlValue;
use std::collections::HashMap;

/// Bytes of a piece: a cell of a comfortable size.
const PIECE_BYTES: usize = 512 * 1024;
/// Pieces that are written at the same time.
const PIECES_AT_ONCE: usize = 4;
/// Pieces per request: 4 MiB.
const PIECE_ROWS: i32 = 8;
const INDEX_ROWS: i32 = 1_000;
/// Entities of a tenant per request while their blobs are gathered.
const ENTITIES_AT_ONCE: usize = 200;
/// Partitions of a tenant's index, by the first half of a hash's first byte.
const BUCKETS: u8 = 16;

const STAMP: Statement = Statement::new(
    Class::Read,
    "SELECT written, WRITETIME(written) FROM KS.blob_index WHERE tenant = ? AND bucket = ? AND hash = ?",
);
const BEGIN: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.blob_index (tenant, bucket, hash, written) VALUES (?, ?, ?, ?) \
     USING TIMESTAMP ?",
);
const PIECE: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.blob (tenant, hash, chunk, chunks, body) VALUES (?, ?, ?, ?, ?) \
     USING TIMESTAMP ?",
);
const FINISH: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.blob_index (tenant, bucket, hash, chunks) VALUES (?, ?, ?, ?) \
     USING TIMESTAMP ?",
);
const PIECES: Statement = Statement::new(
    Class::Read,
    "SELECT chunk, chunks, body FROM KS.blob WHERE tenant = ? AND hash = ?",
);
const COUNT: Statement = Statement::new(
    Class::Read,
    "SELECT chunks FROM KS.blob_index WHERE tenant = ? AND bucket = ? AND hash = ?",
);
const LIST: Statement = Statement::new(
    Class::Read,
    "SELECT hash, chunks FROM KS.blob_index WHERE tenant = ? AND bucket = ? AND hash > ?",
);
const WRITTEN: Statement = Statement::new(
    Class::Read,
    "SELECT hash, written, WRITETIME(written) FROM KS.blob_index WHERE tenant = ? AND bucket = ?",
);
const REMOVE_INDEX: Statement = Statement::new(
    Class::Plain,
    "DELETE FROM KS.blob_index USING TIMESTAMP ? WHERE tenant = ? AND bucket = ? AND hash = ?",
);
const REMOVE_PIECES: Statement = Statement::new(
    Class::Plain,
    "DELETE FROM KS.blob USING TIMESTAMP ? WHERE tenant = ? AND hash = ?",
);

fn bucket(hash: &BlobHash) -> u8 {
    hash.0[0] / (u8::MAX / BUCKETS + 1)
}

fn bucket_values(tenant: TenantId, bucket: u8) -> Values {
    vec![tenant_value(tenant), CqlValue::TinyInt(bucket.cast_signed())]
}

fn index_values(tenant: TenantId, hash: BlobHash) -> Values {
    let mut values = bucket_values(tenant, bucket(&hash));
    values.push(blob(hash.0));
    values
}

fn hash_of(bytes: &[u8]) -> Result<BlobHash, StoreError> {
    let hash = bytes.try_into().map(BlobHash);
    hash.map_err(|_| corrupt("the index of blobs", "a hash has another length"))
}

impl Core {
    pub(crate) async fn put_blob(
        &self,
        tenant: TenantId,
        bytes: Bytes,
        now: Timestamp,
    ) -> Result<BlobHash, StoreError> {
        check_bound("a blob", bytes.len(), limits::BLOB_BYTES_MAX)?;
        let work = tokio::task::spawn_blocking(move || (BlobHash::of(&bytes), encode_blob(&bytes)));
        let (hash, value) =
            work.await.map_err(|error| StoreError::Unavailable { reason: error.to_string() })?;
        let values = index_values(tenant, hash);
        let row = self.database.row::<(Option<i64>, Option<i64>)>(&STAMP, values).await?;
        let (written, before) = row.unwrap_or_default();
        // Above the writing before, whatever that one's clock said; and never older than it.
        let stamp = CqlValue::BigInt(self.clock.stamp().max(before.unwrap_or(0) + 1));
        let written = written.unwrap_or(i64::MIN).max(now.as_millis());
        let mut values = index_values(tenant, hash);
        values.extend([CqlValue::BigInt(written), stamp.clone()]);
        self.database.write(&BEGIN, values).await?;
        let count = value.chunks(PIECE_BYTES).count();
        let count = CqlValue::Int(i32::try_from(count).expect("the limit keeps it below 100"));
        let mut pieces: Vec<Values> = Vec::new();
        for (number, piece) in (0..).zip(value.chunks(PIECE_BYTES)) {
            let mut values = vec![tenant_value(tenant), blob(hash.0)];
            values.extend([CqlValue::Int(number), count.clone(), blob(piece), stamp.clone()]);
            pieces.push(values);
        }
        let pieces = futures::stream::iter(pieces)
            .map(|values| self.database.write(&PIECE, values))
            .buffer_unordered(PIECES_AT_ONCE);
        pieces.try_collect::<()>().await?;
        let mut values = index_values(tenant, hash);
        values.extend([count.clone(), stamp.clone()]);
        self.database.write(&FINISH, values).await?;
        Ok(hash)
    }

    pub(crate) async fn blob(
        &self,
        tenant: TenantId,
        hash: BlobHash,
    ) -> Result<Option<Bytes>, StoreError> {
        let values = vec![tenant_value(tenant), blob(hash.0)];
        let mut rows = self.database.rows::<(i32, i32, Bytes)>(&PIECES, values, PIECE_ROWS).await?;
        let (mut value, mut read, mut wanted) = (Vec::new(), 0, 1);
        while let Some((number, count, piece)) = rows.try_next().await? {
            if number != read {
                break;
            }
            value.extend_from_slice(&piece);
            (read, wanted) = (read + 1, count);
        }
        if read < wanted {
            return self.absent(tenant, hash).await;
        }
        let decode = move || decode_blob(&value, hash);
        let decoded = tokio::task::spawn_blocking(decode).await.unwrap_or(None);
        decoded.map(Some).ok_or_else(|| {
            corrupt(format!("a blob of tenant {tenant}"), "its bytes are not what its hash says")
        })
    }

    /// A blob whose pieces are not all there: never finished, or damaged.
    async fn absent(&self, tenant: TenantId, hash: BlobHash) -> Result<Option<Bytes>, StoreError> {
        let row = self.database.row::<(Option<i32>,)>(&COUNT, index_values(tenant, hash)).await?;
        match row {
            Some((Some(_),)) => Err(corrupt(
                format!("a blob of tenant {tenant}"),
                "the index has it, its pieces are not all there",
            )),
            _ => Ok(None),
        }
    }

    pub(crate) async fn blobs(
        &self,
        tenant: TenantId,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Result<Vec<BlobHash>, StoreError> {
        let mut hashes = Vec::new();
        for of in after.as_ref().map_or(0, bucket)..BUCKETS {
            let mut values = bucket_values(tenant, of);
            values.push(blob(after.map_or_else(Vec::new, |after| after.0.to_vec())));
            let rows = self.database.rows::<(Bytes, Option<i32>)>(&LIST, values, INDEX_ROWS);
            let mut rows = rows.await?;
            while hashes.len() < limit
                && let Some((hash, count)) = rows.try_next().await?
            {
                if count.is_some() {
                    hashes.push(hash_of(&hash)?);
                }
            }
        }
        Ok(hashes)
    }

    /// Removes what no record names and nobody wrote lately.
    pub(crate) async fn collect_blobs(
        &self,
        tenant: TenantId,
        written_before: Timestamp,
    ) -> Result<Collected, StoreError> {
        let (mut old, kept) = self.old_blobs(tenant, written_before).await?;
        let mut collected = Collected { kept, removed: 0 };
        let mut after: Option<EntityKey> = None;
        while !old.is_empty() {
            let page = self.tenant_entities(tenant, after, ENTITIES_AT_ONCE).await?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            for entity in &page {
                let Some(loaded) = self.load(entity).await? else { continue };
                for named in loaded.records.iter().flat_map(|record| &record.blobs) {
                    collected.kept += u64::from(old.remove(named).is_some());
                }
            }
        }
        for (hash, stamp) in old {
            let mut values = vec![CqlValue::BigInt(stamp)];
            values.extend(index_values(tenant, hash));
            self.database.write(&REMOVE_INDEX, values).await?;
            let values = vec![CqlValue::BigInt(stamp), tenant_value(tenant), blob(hash.0)];
            self.database.write(&REMOVE_PIECES, values).await?;
            collected.removed += 1;
        }
        Ok(collected)
    }

    /// The tenant's blobs that were last written before a moment, each with the stamp of that
    /// writing; and how many are younger.
    async fn old_blobs(
        &self,
        tenant: TenantId,
        written_before: Timestamp,
    ) -> Result<(HashMap<BlobHash, i64>, u64), StoreError> {
        let (mut old, mut young) = (HashMap::new(), 0);
        for of in 0..BUCKETS {
            let values = bucket_values(tenant, of);
            let rows = self
                .database
                .rows::<(Bytes, Option<i64>, Option<i64>)>(&WRITTEN, values, INDEX_ROWS);
            let mut rows = rows.await?;
            while let Some((hash, written, stamp)) = rows.try_next().await? {
                match written.zip(stamp) {
                    Some((written, stamp)) if written < written_before.as_millis() => {
                        old.insert(hash_of(&hash)?, stamp);
                    }
                    _ => young += 1,
                }
            }
        }
        Ok((old, young))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_keep_the_order_of_hashes() {
        let hash = |first| BlobHash([first; 32]);
        assert_eq!([0, 15, 16, 255].map(|first| bucket(&hash(first))), [0, 0, 1, 15]);
    }
}
