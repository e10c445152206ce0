//! A page of filed entries: a compressed blob of the tenant.

use crate::entity::{EntityHandle, decode, encode};
use igny8_actors_domain::Entity;
use igny8_actors_domain::ledger::{Entry, FiledPage, Ledger};
use igny8_protocol_ids::TenantId;
use igny8_storage_api::{BlobHash, Store, StoreError};
use std::time::Duration;

/// Between two tries to write a page. Until it is written, the entries just stay in memory.
const PAUSE: Duration = Duration::from_secs(1);
/// More than the largest page takes when it is unpacked: what says otherwise is not ours.
const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Writes the entries that an entity's ledger wants to file; answers with the page's blob. None if
/// it wants none any more.
pub(crate) async fn write_page<E: Entity>(
    entity: &EntityHandle<E>,
    tenant: TenantId,
    last: u64,
    ledger: fn(&E) -> &Ledger,
) -> Option<[u8; 32]> {
    loop {
        match try_to_write(entity, tenant, last, ledger).await {
            Ok(blob) => return blob,
            Err(error) => tracing::warn!(entity = %entity.entity(), error, "a page waits"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn try_to_write<E: Entity>(
    entity: &EntityHandle<E>,
    tenant: TenantId,
    last: u64,
    ledger: fn(&E) -> &Ledger,
) -> Result<Option<[u8; 32]>, String> {
    let entries: Vec<Entry> = entity
        .read(move |core| ledger(core).entries_to_file().cloned().collect())
        .await
        .map_err(|failure| failure.to_string())?;
    if entries.last().is_none_or(|entry| entry.number != last) {
        return Ok(None);
    }
    let packed = zstd::bulk::compress(&encode(&entries), 3).map_err(|error| error.to_string())?;
    let world = &entity.world;
    let hash = world.store.put_blob(tenant, packed.into(), world.now()).await;
    hash.map(|hash| Some(hash.0)).map_err(|error| error.to_string())
}

/// Reads a page, the oldest entry first.
pub(crate) async fn read_page(
    store: &dyn Store,
    tenant: TenantId,
    page: &FiledPage,
) -> Result<Vec<Entry>, StoreError> {
    let place = format!("the page of entries {} to {}", page.first, page.last);
    let corrupt = |reason: String| StoreError::Corrupt { place: place.clone(), reason };
    let packed = store.blob(tenant, BlobHash(page.blob)).await?;
    let packed = packed.ok_or_else(|| corrupt("its blob is missing".to_owned()))?;
    let bytes = zstd::bulk::decompress(&packed, PAGE_BYTES_MAX)
        .map_err(|error| corrupt(error.to_string()))?;
    decode(&place, &bytes)
}
