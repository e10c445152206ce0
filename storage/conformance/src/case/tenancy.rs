//! R13: tenants do not meet.

use crate::Backend;
use crate::fixture::{Owner, append, bytes, document, put, record, site, site_of, tenant, text};
use igny8_protocol_ids::{EntityKey, EntityKind, Epoch, Scope, TenantId, Timestamp};
use igny8_storage_api::Store;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_millis(1_000);

/// The same id under two tenants, and under two kinds, is several entities.
pub async fn r13_same_id_elsewhere_is_another_entity<B: Backend>(backend: B) {
    let store = backend.open().await;
    let id = Uuid::new_v4();
    let scopes = [Scope::Platform, Scope::Tenant(tenant()), Scope::Tenant(tenant())];
    let kinds = [
        EntityKind::Account,
        EntityKind::Tenant,
        EntityKind::Site,
        EntityKind::Document,
        EntityKind::FreeDocument,
    ];
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

/// The entities of one tenant among all, through pages of this size, while others are made.
async fn listed<S: Store>(store: &S, tenant: TenantId, page: usize) -> Vec<EntityKey> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        store.take(&site()).await.unwrap();
        let entities = store.entities(after, page).await.unwrap();
        assert!(entities.len() <= page);
        let Some(last) = entities.last() else { return found };
        after = Some(*last);
        let ended = entities.len() < page;
        found.extend(entities.into_iter().filter(|entity| entity.scope == Scope::Tenant(tenant)));
        // The others are made faster than they are listed.
        if ended {
            return found;
        }
    }
}

/// All entities are listed once, through pages of any size, while others are made.
pub async fn r13_entities_are_listed_once<B: Backend>(backend: B) {
    let store = backend.open().await;
    let tenant = tenant();
    let mut entities: Vec<_> = (0..7).map(|_| document(tenant)).collect();
    entities.push(EntityKey::tenant(tenant));
    for entity in entities.iter().chain([&site()]) {
        store.take(entity).await.unwrap();
    }
    entities.sort();
    for page in [5, 1_000] {
        let mut found = listed(&*store, tenant, page).await;
        found.sort();
        assert_eq!(found, entities);
    }
}

/// A tenant's entities are listed once, in the order of their keys, and nobody else's.
pub async fn r13_entities_of_a_tenant_are_listed_in_order<B: Backend>(backend: B) {
    let store = backend.open().await;
    let (mine, other) = (tenant(), tenant());
    let mut wanted: Vec<_> = (0..5).map(|_| document(mine)).collect();
    wanted.extend([EntityKey::tenant(mine), site_of(mine), site_of(mine)]);
    for entity in wanted.iter().chain([&document(other), &site()]) {
        store.take(entity).await.unwrap();
    }
    // Without a head there is no entity.
    store.append(&document(mine), Epoch(1), vec![append(1, "stray")]).await.unwrap();
    wanted.sort();
    for page in [1, 3, 8, 1_000] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let entities = store.tenant_entities(mine, after, page).await.unwrap();
            assert!(entities.len() <= page);
            let Some(last) = entities.last() else { break };
            after = Some(*last);
            found.extend(entities);
        }
        assert_eq!(found, wanted);
    }
    assert_eq!(store.tenant_entities(other, None, 10).await.unwrap().len(), 1);
    assert_eq!(store.tenant_entities(tenant(), None, 10).await.unwrap(), []);
}
