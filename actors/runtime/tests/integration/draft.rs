//! A draft of a model that repeats itself, taken up again after the site has changed.

use crate::support::{fast, keywords, scene, until};
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::{Site, SiteCommand, Task, TaskStatus};
use igny8_actors_runtime::SiteHandle;
use igny8_protocol_ids::TaskId;

async fn task(site: &SiteHandle, id: TaskId) -> Task {
    site.read(move |site| site.task(id).unwrap().clone()).await.unwrap()
}

/// Queues, and waits for the end of the first task.
async fn done(site: &SiteHandle, command: SiteCommand) {
    let id = site.queue(Origin::System, None, command).await.unwrap()[0].id;
    let ended = until("an end", || async {
        let task = task(site, id).await;
        (!task.status.is_open()).then_some(task.status)
    });
    assert_eq!(ended.await, TaskStatus::Succeeded);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_a_draft_keeps_the_question_it_began_with_whatever_the_site_says_since() {
    let scene = scene(fast()).await;
    let site = scene.platform.site(scene.tenant, scene.site);
    site.import(Origin::System, keywords()).await.unwrap();
    done(&site, SiteCommand::QueueClustering).await;
    let first = |site: &Site| site.clusters().next().unwrap().id;
    let clusters = vec![site.read(first).await.unwrap()];
    done(&site, SiteCommand::QueueIdeas { clusters, count: 1 }).await;
    let idea = site.read(|site| site.ideas().next().unwrap().id).await.unwrap();
    let title = Some("Cold brew [fail:broken_stream:once]".to_owned());
    let rename = SiteCommand::ChangeIdea { idea, title, status: None };
    site.command(Origin::System, None, rename).await.unwrap();
    let command = SiteCommand::QueueDrafts { ideas: vec![idea], images: 0 };
    let id = site.queue(Origin::System, None, command).await.unwrap()[0].id;
    until("the cut", || async {
        let task = task(&site, id).await;
        (task.status == TaskStatus::Queued && task.failure.is_some()).then_some(())
    })
    .await;
    let voice = SiteCommand::ChangeSite {
        name: None,
        language: None,
        brand_voice: Some("Dry, short, and never a joke.".to_owned()),
        persona: None,
        link_hosts: None,
    };
    site.command(Origin::System, None, voice).await.unwrap();
    let ended = until("the end of the draft", || async {
        let task = task(&site, id).await;
        (!task.status.is_open()).then_some(task)
    });
    let task = ended.await;
    assert_eq!(task.status, TaskStatus::Succeeded, "{:?}", task.failure);
    assert_eq!(task.attempts, 2);
}
