//! What two stores hold differently: the proof after a restore or a move.

use crate::archive::{Digest, image_digest};
use crate::error::CareError;
use crate::retry::retry;
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Scope, TenantId};
use igny8_storage_api::{BlobHash, Store};
use std::collections::{BTreeMap, BTreeSet};

/// Keys listed at a time.
const PAGE: usize = 500;

/// Compares the images of all entities, the blobs that there are and all claims of two stores at
/// rest. Answers with one sentence for each difference.
pub async fn compare(one: &dyn Store, other: &dyn Store) -> Result<Vec<String>, CareError> {
    let (left, right) = (entities(one).await?, entities(other).await?);
    let mut differences = Vec::new();
    for entity in left.symmetric_difference(&right) {
        differences.push(format!("{entity} is in one store alone"));
    }
    for entity in left.intersection(&right) {
        if image(one, entity).await? != image(other, entity).await? {
            differences.push(format!("{entity} is not the same"));
        }
    }
    let scopes = left.union(&right).map(|entity| entity.scope);
    let tenants: BTreeSet<TenantId> = scopes
        .filter_map(|scope| match scope {
            Scope::Tenant(tenant) => Some(tenant),
            Scope::Platform => None,
        })
        .collect();
    for tenant in tenants {
        let (left, right) = (blobs(one, tenant).await?, blobs(other, tenant).await?);
        for hash in left.symmetric_difference(&right) {
            let name = Digest(hash.0);
            differences.push(format!("blob {name} of tenant {tenant} is in one store alone"));
        }
    }
    let (left, right) = (claims(one).await?, claims(other).await?);
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    for name in names {
        if left.get(name) != right.get(name) {
            differences.push(format!("the claim {name:?} is not the same"));
        }
    }
    Ok(differences)
}

async fn entities(store: &dyn Store) -> Result<BTreeSet<EntityKey>, CareError> {
    let (mut all, mut after) = (BTreeSet::new(), None);
    loop {
        let page = retry(|| store.entities(after, PAGE)).await;
        let page = page.map_err(CareError::store("the entities cannot be listed"))?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(*last);
        all.extend(page);
    }
}

async fn image(store: &dyn Store, entity: &EntityKey) -> Result<Option<Digest>, CareError> {
    let image = retry(|| store.image(entity)).await;
    let image = image.map_err(CareError::store(entity.to_string()))?;
    Ok(image.as_ref().map(image_digest))
}

async fn blobs(store: &dyn Store, tenant: TenantId) -> Result<BTreeSet<BlobHash>, CareError> {
    let (mut all, mut after) = (BTreeSet::new(), None);
    loop {
        let page = retry(|| store.blobs(tenant, after, PAGE)).await;
        let page = page.map_err(CareError::store(format!("the blobs of tenant {tenant}")))?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(*last);
        all.extend(page);
    }
}

async fn claims(store: &dyn Store) -> Result<BTreeMap<String, Bytes>, CareError> {
    let (mut all, mut after) = (BTreeMap::new(), None::<String>);
    loop {
        let page = retry(|| store.claims(after.as_deref(), PAGE)).await;
        let page = page.map_err(CareError::store("the claims cannot be listed"))?;
        let Some((last, _)) = page.last() else { return Ok(all) };
        after = Some(last.clone());
        all.extend(page);
    }
}
