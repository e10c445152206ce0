//! Whether a document at rest can be read: its records, kept states and appends.

use super::compaction::unpack;
use super::record::{Checkpoint, Stored, kind_of, read};
use super::turn::NOTHING;
use bytes::Bytes;
use igny8_actors_document::{DocumentKind, LiveDocument};
use igny8_protocol_ids::{EntityKey, TenantId};
use igny8_storage_api::{BlobHash, Loaded, Store, StoreError};

/// Any client id will do: nothing is written.
const CLIENT: u64 = 1;

/// Loads a document and encodes it again. What is wrong with it is the answer; an error means that
/// the store did not answer.
pub(crate) async fn audit(
    store: &dyn Store,
    tenant: TenantId,
    entity: &EntityKey,
    loaded: &Loaded,
) -> Result<Vec<String>, StoreError> {
    let (mut problems, mut checkpoint, mut versions) =
        (Vec::new(), Checkpoint::default(), Vec::new());
    for record in &loaded.records {
        let place = format!("{entity}, record {:02x?}", record.key);
        match read(&place, &record.key, &record.value) {
            Ok(Stored::Checkpoint(stored)) => checkpoint = stored,
            Ok(Stored::Version(version)) => versions.push(version.blob),
            Ok(Stored::Approved(version)) => versions.push(version.blob),
            Ok(
                Stored::Run(_)
                | Stored::Piece(..)
                | Stored::Thread(_)
                | Stored::Comment(_)
                | Stored::Suggestion(_)
                | Stored::Activity(_)
                | Stored::Author(..),
            ) => {}
            Err(error) => problems.push(error.to_string()),
        }
    }
    let kind = kind_of(entity);
    for version in versions {
        let state = kept(store, tenant, version).await?;
        if let Err(reason) = state.and_then(|state| again(kind, Some(&state), &[])) {
            problems.push(format!("{entity}, a version: {reason}"));
        }
    }
    if checkpoint.erased {
        return Ok(problems);
    }
    let snapshot = match checkpoint.blob {
        None => Ok(None),
        Some(blob) => kept(store, tenant, blob).await?.map(Some),
    };
    let rows: Vec<_> = store.appends(entity).await?.into_iter().map(|row| row.body).collect();
    if let Err(reason) = snapshot.and_then(|snapshot| again(kind, snapshot.as_ref(), &rows)) {
        problems.push(format!("{entity}: {reason}"));
    }
    Ok(problems)
}

async fn kept(
    store: &dyn Store,
    tenant: TenantId,
    blob: BlobHash,
) -> Result<Result<Bytes, String>, StoreError> {
    let packed = store.blob(tenant, blob).await?;
    Ok(packed
        .ok_or_else(|| "a kept state is missing".to_owned())
        .and_then(|packed| unpack(&packed)))
}

/// Builds the document, encodes it and builds it from that: both must have the same content.
fn again(kind: DocumentKind, snapshot: Option<&Bytes>, rows: &[Bytes]) -> Result<(), String> {
    let loaded = LiveDocument::load(kind, CLIENT, snapshot, rows);
    let first = loaded.map_err(|error| error.to_string())?;
    let none: [&[u8]; 0] = [];
    let everything = first.diff(NOTHING).map_err(|error| error.to_string())?;
    let second = LiveDocument::load(kind, CLIENT, Some(&everything.into()), none)
        .map_err(|error| error.to_string())?;
    if first.clocks() == second.clocks() && first.tree() == second.tree() {
        Ok(())
    } else {
        Err("encoded and read again it is another document".to_owned())
    }
}
