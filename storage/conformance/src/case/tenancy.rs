//! R13: tenants do not meet.

use crate::Backend;
use crate::fixture::{Owner, append, bytes, document, put, record, site, tenant, text};
use igny8_protocol_ids::{EntityKey, EntityKind, Epoch, Scope, TenantId, Timestamp};
use igny8_storage_api::Store;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_millis(1_000);

/// The same id under two tenants, and under two kinds, is several entities.
pub async fn r13_same_id_elsewhere_is_another_entity<B: Backend>(backend: B) {
    let store = backend.open().await;
    let id = Uuid::new_v4();
    let scopes = [Scope::Platform, Scope::Tenant(tenant()), Scope::Tenant(tenant())];
    let kinds = [EntityKind::Account, EntityKind::Tenant, EntityKind::Site, EntityKind::Document];
    let entities: Vec<_> = scopes
        .iter()
        .flat_map(|scope| kinds.map(|kind| EntityKey { scope: *scope, kind, id }))
        .collect();
    for (number, entity) in entities.iter().enumerate() {
        let mut owner = Owner::take(&store, *entity).await;
        assert_eq!(owner.head.epoch, Epoch(1));
        owner.commit(put("number", &number.to_string())).await;
        store.append(entity, Epoch(1), vec![append(1, &number.to_string())]).await.unwrap();
    }
    for (number, entity) in entities.iter().enumerate() {
        let loaded = store.load(entity).await.unwrap().unwrap();
        assert_eq!(loaded.records, [record("number", &number.to_string())]);
        let appends = store.appends(entity).await.unwrap();
        assert_eq!(
            appends.iter().map(|row| text(&row.body)).collect::<Vec<_>>(),
            [number.to_string()]
        );
    }
}

/// A blob is its tenant's: another one that knows the hash gets nothing.
pub async fn r13_blob_of_another_tenant_is_absent<B: Backend>(backend: B) {
    let store = backend.open().await;
    let (mine, other) = (tenant(), tenant());
    let hash = store.put_blob(mine, bytes("secret"), NOW).await.unwrap();
    assert_eq!(store.blob(other, hash).await.unwrap(), None);
    store.put_blob(other, bytes("secret"), NOW).await.unwrap();
    assert_eq!(store.blob(mine, hash).await.unwrap(), Some(bytes("secret")));
}

/// The entities of one tenant, through pages of this size.
async fn listed<S: Store>(store: &S, tenant: TenantId, page: usize) -> Vec<EntityKey> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let entities = store.entities(after, page).await.unwrap();
        let Some(last) = entities.last() else { return found };
        assert!(entities.len() <= page);
        assert!(after < Some(entities[0]) && entities.is_sorted(), "entities out of order");
        after = Some(*last);
        found.extend(entities.into_iter().filter(|entity| entity.scope == Scope::Tenant(tenant)));
    }
}

/// All entities are listed once, in the order of their keys, through pages of any size.
pub async fn r13_entities_are_listed_in_order<B: Backend>(backend: B) {
    let store = backend.open().await;
    let tenant = tenant();
    let mut entities: Vec<_> = (0..7).map(|_| document(tenant)).collect();
    entities.push(EntityKey::tenant(tenant));
    for entity in entities.iter().chain([&site()]) {
        store.take(entity).await.unwrap();
    }
    entities.sort();
    for page in [3, 1_000] {
        assert_eq!(listed(&*store, tenant, page).await, entities);
    }
}
