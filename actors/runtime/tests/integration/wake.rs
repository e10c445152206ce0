//! R12: entities at rest are woken when their time comes, and only then.

use crate::support::{Shifted, fast, open, until, world};
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::SiteCommand;
use igny8_actors_domain::site::automation::{
    AutomationKind, ExecutionStatus, ScheduleRules, Timing, Trigger,
};
use igny8_actors_ports::Clock;
use igny8_actors_runtime::Platform;
use igny8_protocol_ids::{EntityKey, Epoch, SiteId, TenantId, Timestamp};
use igny8_storage_api::Store;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

const HOUR_MS: i64 = 3_600_000;

struct Scene {
    store: Arc<dyn Store>,
    clock: Arc<Shifted>,
    platform: Platform,
    tenant: TenantId,
    site: SiteId,
    _directory: tempfile::TempDir,
}

/// A platform whose entities rest as soon as nobody asks for them.
async fn scene() -> Scene {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let clock = Arc::new(Shifted::default());
    let mut world = world(store.clone(), directory.path(), fast());
    world.clock = clock.clone();
    world.options.idle_timeout = Duration::from_millis(100);
    let platform = Platform::start(world).await.unwrap();
    let (_, tenant) =
        platform.sign_up("ada@example.test", "correct horse", "Ada", "Coffee").await.unwrap();
    let site = platform.tenant(tenant).read(|tenant| tenant.sites().next().unwrap().id).await;
    Scene { store, clock, platform, tenant, site: site.unwrap(), _directory: directory }
}

impl Scene {
    fn sites_in_memory(&self) -> usize {
        let kinds = self.platform.status().kinds;
        kinds.iter().find(|(kind, _)| *kind == "site").map_or(0, |(_, resident)| *resident)
    }

    async fn rest(&self) {
        until("the site to rest", || async { (self.sites_in_memory() == 0).then_some(()) }).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_a_hint_that_is_left_over_is_cleared_at_rest() {
    let scene = scene().await;
    let entity = EntityKey::site(scene.tenant, scene.site);
    scene.rest().await;
    // As a crash leaves it: its work was done, its hint stands.
    scene.store.set_wake(&entity, Epoch(0), Some(Timestamp::from_millis(1))).await.unwrap();
    until("the hint to go", || async {
        scene.store.wake(&entity).await.unwrap().is_none().then_some(())
    })
    .await;
    // It was woken for nothing, once.
    scene.rest().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_a_site_at_rest_is_woken_by_its_schedule() {
    let scene = scene().await;
    let entity = EntityKey::site(scene.tenant, scene.site);
    let kind = AutomationKind::Publish;
    let rules = ScheduleRules { jitter_seconds: 0, ..ScheduleRules::of(kind) };
    let timing = Timing::new("0 * * * *", "UTC");
    let set = SiteCommand::SetSchedule { kind, enabled: true, timing, rules };
    let site = scene.platform.site(scene.tenant, scene.site);
    site.command(Origin::System, None, set).await.unwrap();
    let due = site.read(move |site| site.schedule(kind).next.unwrap().starts_at).await.unwrap();
    scene.rest().await;
    assert_eq!(scene.store.wake(&entity).await.unwrap(), Some(due));

    scene.clock.0.fetch_add(due.as_millis() - scene.clock.now().as_millis(), SeqCst);
    // Nobody asks for the site: it is woken, runs, and rests until the next hour.
    let next = Timestamp::from_millis(due.as_millis() + HOUR_MS);
    until("the next hour's hint", || async {
        (scene.store.wake(&entity).await.unwrap() == Some(next)).then_some(())
    })
    .await;
    let execution = site.read(move |site| site.executions(kind).next().cloned()).await.unwrap();
    let execution = execution.unwrap();
    assert_eq!((execution.id.at, execution.trigger), (due, Trigger::Schedule));
    assert_eq!(execution.status, ExecutionStatus::Succeeded);
}
