//! R1 and R3 through a real store: what is refused changes nothing, and what is not durable is
//! neither answered, nor told, nor read.

use crate::support::{fast, until, world};
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::{
    Keyword, KeywordFigures, KeywordStatus, NewKeyword, Site, SiteCommand,
};
use igny8_actors_runtime::{Failure, Platform, SiteHandle};
use igny8_protocol_ids::{EntityKey, KeywordId, Timestamp};
use igny8_storage_api::Store;
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore, Faults};
use std::sync::Arc;

/// A site over a store that can be made to fail.
struct Scene {
    store: Arc<EmbeddedStore>,
    faults: Faults,
    entity: EntityKey,
    site: SiteHandle,
    _platform: Platform,
    _directory: tempfile::TempDir,
}

async fn scene() -> Scene {
    let (directory, faults) = (tempfile::tempdir().unwrap(), Faults::none());
    let options = EmbeddedOptions { faults: faults.clone(), ..EmbeddedOptions::default() };
    let store = Arc::new(EmbeddedStore::open(&directory.path().join("store"), options).unwrap());
    let platform = Platform::start(world(store.clone(), directory.path(), fast())).await.unwrap();
    let (_, tenant) =
        platform.sign_up("ada@example.test", "correct horse", "Ada", "Coffee").await.unwrap();
    let id = platform.tenant(tenant).read(|tenant| tenant.sites().next().unwrap().id).await;
    let id = id.unwrap();
    let site = platform.site(tenant, id);
    let entity = EntityKey::site(tenant, id);
    Scene { store, faults, entity, site, _platform: platform, _directory: directory }
}

fn import(text: &str) -> SiteCommand {
    let figures = KeywordFigures::default();
    SiteCommand::ImportKeywords { keywords: vec![NewKeyword { text: text.to_owned(), figures }] }
}

fn keywords(site: &Site) -> Vec<Keyword> {
    site.keywords().cloned().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_refused_command_changes_nothing_in_memory_or_in_the_store() {
    let scene = scene().await;
    scene.site.command(Origin::System, None, import("espresso")).await.unwrap();
    let before = scene.site.read(keywords).await.unwrap();
    let stored = scene.store.image(&scene.entity).await.unwrap();
    // The first half of it could be done.
    let ids = vec![before[0].id, KeywordId::new(Timestamp::from_millis(1), [9; 10])];
    let command = SiteCommand::ChangeKeywords { ids, status: KeywordStatus::Archived };
    let refused = scene.site.command(Origin::System, None, command).await;
    assert!(matches!(refused, Err(Failure::Refused(_))), "{refused:?}");
    assert_eq!(scene.site.read(keywords).await.unwrap(), before);
    assert_eq!(scene.store.image(&scene.entity).await.unwrap(), stored);
    // Nor does it come with the next one.
    scene.site.command(Origin::System, None, import("latte")).await.unwrap();
    let after = scene.site.read(keywords).await.unwrap();
    assert!(after.len() == 2 && after.contains(&before[0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_what_is_not_durable_is_neither_answered_nor_told_nor_read() {
    let scene = scene().await;
    scene.site.command(Origin::System, None, import("espresso")).await.unwrap();
    let before = scene.site.read(keywords).await.unwrap();
    let mut joined = scene.site.join(None, |_| ()).await.unwrap();

    scene.faults.disk_full(true);
    // The question comes behind the command and would see what that did.
    let (lost, read) =
        tokio::join!(scene.site.command(Origin::System, None, import("lost")), async {
            tokio::task::yield_now().await;
            scene.site.read(keywords).await
        });
    assert!(matches!(lost, Err(Failure::Unavailable { .. })), "{lost:?}");
    assert!(read.is_err() || read.unwrap() == before);
    // Nothing was told: the stream ends with the actor.
    assert!(joined.subscription.next().await.is_none());

    scene.faults.disk_full(false);
    let site = scene.site.clone();
    let after = until("the next actor", || async { site.read(keywords).await.ok() }).await;
    assert_eq!(after, before);
    scene.site.command(Origin::System, None, import("latte")).await.unwrap();
    assert_eq!(scene.site.read(keywords).await.unwrap().len(), 2);
}
