//! The queue through the actors: pauses of a whole tenant, and the log of what left the state.

use crate::support::{Scene, fast, scene, until};
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::{KeywordFigures, NewKeyword, SiteCommand, TaskStatus};
use igny8_actors_domain::tenant::TenantCommand;
use igny8_protocol_ids::{TaskId, Timestamp};
use std::time::Duration;

/// Queues a clustering of a few keywords.
async fn cluster(scene: &Scene) -> TaskId {
    let site = scene.platform.site(scene.tenant, scene.site);
    let who = Origin::Account(scene.account);
    let keywords = ["espresso", "latte art", "cold brew"]
        .map(|text| NewKeyword { text: text.to_owned(), figures: KeywordFigures::default() });
    site.import(who, keywords.to_vec()).await.unwrap();
    site.queue(who, None, SiteCommand::QueueClustering).await.unwrap()[0].id
}

async fn reaches(scene: &Scene, task: TaskId, status: TaskStatus) {
    let site = scene.platform.site(scene.tenant, scene.site);
    until("a status", || {
        let site = site.clone();
        async move {
            let now = site.read(move |site| site.task(task).map(|task| task.status)).await.ok()?;
            (now == Some(status)).then_some(())
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_holds_all_its_work_up_and_lets_it_go_on() {
    let scene = scene(fast()).await;
    let site = scene.platform.site(scene.tenant, scene.site);
    let tenant = scene.platform.tenant(scene.tenant);
    let who = Origin::Account(scene.account);
    tenant.command(who, None, TenantCommand::PauseWork { paused: true }).await.unwrap();
    until("the pause at the site", || {
        let site = site.clone();
        async move { site.read(|site| site.pauses().next().map(|_| ())).await.ok()? }
    })
    .await;
    let task = cluster(&scene).await;
    let status = site.read(move |site| site.task(task).map(|task| task.status)).await.unwrap();
    assert_eq!(status, Some(TaskStatus::Queued));
    tenant.command(who, None, TenantCommand::PauseWork { paused: false }).await.unwrap();
    reaches(&scene, task, TaskStatus::Succeeded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_what_leaves_the_state_is_in_the_log() {
    let scene = scene(fast()).await;
    let site = scene.platform.site(scene.tenant, scene.site);
    let task = cluster(&scene).await;
    reaches(&scene, task, TaskStatus::Succeeded).await;
    let clean = SiteCommand::CleanUp { keep_days: 0 };
    until("a clean-up after the task's last moment", || async {
        site.command(Origin::System, None, clean.clone()).await.ok()?;
        let gone = site.read(move |site| site.task(task).is_none()).await.ok()?;
        gone.then_some(())
    })
    .await;
    let now = scene.platform.now();
    let span =
        (Timestamp::from_millis(now.as_millis() - 600_000), now.plus(Duration::from_secs(60)));
    let kept = until("the log's entry", || async {
        let kept = site.kept_tasks(span, None, 10).await.ok()?;
        (!kept.is_empty()).then_some(kept)
    })
    .await;
    assert_eq!(kept.iter().map(|task| task.id).collect::<Vec<_>>(), [task]);
    assert_eq!(kept[0].status, TaskStatus::Succeeded);
}
