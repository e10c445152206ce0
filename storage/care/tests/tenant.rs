//! One tenant moves from a store to another.

// Outside of test functions, too, a failure is a failed test.
#![allow(clippy::unwrap_used)]

mod place;

use bytes::Bytes;
use igny8_protocol_ids::TenantId;
use igny8_storage_api::Store;
use igny8_storage_care::{
    Archive, CareError, ExportOptions, Manifest, PlatformRows, VerifyOptions, export, image_digest,
    import, restore, verify,
};
use place::{NOW, Place, Writer, account, entity, go_on, quiet, site, tenant};
use std::ops::ControlFlow;

const ADDRESS: &str = "email:a@example.org";

/// Two tenants; the first has an account with an address and a sealed key.
async fn fill(store: &dyn Store) {
    quiet(store).await;
    for entity in [entity(1), entity(2), account(1), account(2)] {
        Writer::take(store, entity).await.step(store).await;
    }
    store.claim("data-key/1", Bytes::from_static(b"sealed")).await.unwrap();
    store.claim("email:b@example.org", Bytes::from_static(b"account 2")).await.unwrap();
}

async fn export_first(place: &Place, store: &dyn Store) -> Result<Manifest, CareError> {
    let claims = [ADDRESS, "data-key/1", "absent"].map(str::to_owned).to_vec();
    let rows = PlatformRows { entities: vec![account(1)], claims };
    export_rows(place, store, tenant(1), rows).await
}

async fn export_rows(
    place: &Place,
    store: &dyn Store,
    tenant: TenantId,
    rows: PlatformRows,
) -> Result<Manifest, CareError> {
    let out = place.path("tenant");
    let options = ExportOptions { tenant, out: &out, now: NOW, log_days: 30 };
    export(store, options, rows, go_on).await
}

async fn assert_moved(from: &dyn Store, to: &dyn Store) {
    for entity in [entity(1), site(), account(1)] {
        let (one, other) = (from.image(&entity).await.unwrap(), to.image(&entity).await.unwrap());
        assert_eq!(image_digest(&one.unwrap()), image_digest(&other.unwrap()), "{entity}");
    }
    let blobs = from.blobs(tenant(1), None, 1_000).await.unwrap();
    assert!(!blobs.is_empty());
    assert_eq!(to.blobs(tenant(1), None, 1_000).await.unwrap(), blobs);
    assert_eq!(to.logs(tenant(1), None, 10).await.unwrap(), ["task/1"]);
    for name in [ADDRESS, "data-key/1"] {
        assert_eq!(to.claimed(name).await.unwrap(), from.claimed(name).await.unwrap());
    }
}

#[tokio::test]
async fn r13_tenant_moves_with_all_that_is_its_own_and_nothing_else() {
    let place = Place::new();
    let (from, to) = (place.store("from"), place.store("to"));
    fill(from.as_ref()).await;
    Writer::take(to.as_ref(), entity(3)).await.step(to.as_ref()).await;
    let manifest = export_first(&place, from.as_ref()).await.unwrap();
    assert_eq!((manifest.counts.entities, manifest.counts.claims), (3, 2));
    let archive = Archive::open(&place.path("tenant")).unwrap();
    let done = import(to.as_ref(), &archive, NOW, go_on).await.unwrap();
    assert_eq!((done.entities, done.accounts_kept, done.claims), (3, 0, 2));
    assert_moved(from.as_ref(), to.as_ref()).await;
    assert_eq!(to.head(&entity(2)).await.unwrap(), None);
    assert_eq!(to.head(&account(2)).await.unwrap(), None);
    assert_eq!(to.claims(None, 10).await.unwrap().len(), 2, "no mark is left");
    let options = VerifyOptions { now: NOW, log_days: 30 };
    let report = verify(to.as_ref(), options, go_on).await.unwrap();
    assert!(report.is_sound(), "{:#?}", report.findings);

    let again = import(to.as_ref(), &archive, NOW, go_on).await.unwrap_err().to_string();
    assert!(again.contains("is in this store already"), "{again}");
    let error = restore(place.store("third").as_ref(), &archive, NOW, go_on).await.unwrap_err();
    assert!(error.to_string().contains("import it"), "{error}");
}

#[tokio::test]
async fn import_is_refused_before_it_writes_if_an_address_is_somebody_elses() {
    let place = Place::new();
    let (from, to) = (place.store("from"), place.store("to"));
    fill(from.as_ref()).await;
    to.claim(ADDRESS, Bytes::from_static(b"account 9")).await.unwrap();
    export_first(&place, from.as_ref()).await.unwrap();
    let archive = Archive::open(&place.path("tenant")).unwrap();
    let error = import(to.as_ref(), &archive, NOW, go_on).await.unwrap_err().to_string();
    assert!(error.contains(ADDRESS) && error.contains("somebody else"), "{error}");
    assert_eq!(to.entities(None, 10).await.unwrap(), []);
    assert_eq!(to.claims(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn account_that_is_there_already_stays_and_a_broken_import_goes_on() {
    let place = Place::new();
    let (from, to) = (place.store("from"), place.store("to"));
    fill(from.as_ref()).await;
    Writer::take(to.as_ref(), account(1)).await;
    let kept = to.image(&account(1)).await.unwrap().unwrap();
    export_first(&place, from.as_ref()).await.unwrap();
    let archive = Archive::open(&place.path("tenant")).unwrap();
    let stop = |progress: &igny8_storage_care::Progress| match progress.entities {
        2.. => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    assert!(import(to.as_ref(), &archive, NOW, stop).await.is_err());
    let done = import(to.as_ref(), &archive, NOW, go_on).await.unwrap();
    assert_eq!((done.entities, done.entities_unchanged, done.accounts_kept), (2, 1, 1));
    assert_eq!(to.image(&account(1)).await.unwrap().unwrap(), kept);
    assert_eq!(to.claimed(ADDRESS).await.unwrap(), from.claimed(ADDRESS).await.unwrap());
}

#[tokio::test]
async fn tenant_that_is_not_there_is_not_exported() {
    let place = Place::new();
    let from = place.store("from");
    let error = export_first(&place, from.as_ref()).await.unwrap_err().to_string();
    assert!(error.contains("there is no tenant"), "{error}");
    assert!(!place.path("tenant").exists());
}
