//! The main job through the actors: keywords → clusters → ideas → drafts → images → published.

use crate::support::{self, Scene, fast, keywords, scene, until};
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::{
    DocumentStatus, IdeaStatus, KeywordFigures, NewKeyword, SiteCommand, Task, TaskStatus,
};
use igny8_actors_runtime::{upkeep, verify};
use igny8_protocol_ids::{Credits, IdeaId, TaskId};
use std::time::Duration;

/// Waits until none of these tasks waits or runs.
async fn ended(scene: &Scene, ids: Vec<TaskId>) -> Vec<Task> {
    let site = scene.platform.site(scene.tenant, scene.site);
    until("the end of tasks", || {
        let (site, ids) = (site.clone(), ids.clone());
        async move {
            let tasks: Vec<Task> = site
                .read(move |site| ids.iter().map(|id| site.task(*id).unwrap().clone()).collect())
                .await
                .ok()?;
            let open =
                |task: &Task| matches!(task.status, TaskStatus::Queued | TaskStatus::Running);
            (!tasks.iter().any(open)).then_some(tasks)
        }
    })
    .await
}

async fn queue(scene: &Scene, command: SiteCommand) -> Vec<Task> {
    let site = scene.platform.site(scene.tenant, scene.site);
    let tasks = site.queue(Origin::Account(scene.account), None, command).await.unwrap();
    ended(scene, tasks.iter().map(|task| task.id).collect()).await
}

fn all(tasks: &[Task], status: TaskStatus) {
    for task in tasks {
        assert_eq!(task.status, status, "{task:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_keywords_to_published_posts_and_every_credit_accounted_for() {
    let scene = scene(fast()).await;
    let site = scene.platform.site(scene.tenant, scene.site);
    let who = Origin::Account(scene.account);
    let (added, merged) = site.import(who, keywords()).await.unwrap();
    assert_eq!((added, merged.len()), (40, 0));
    assert_eq!(site.import(who, keywords()).await.unwrap().0, 0, "a repeated import merges");

    all(&queue(&scene, SiteCommand::QueueClustering).await, TaskStatus::Succeeded);
    let clusters = site
        .read(|site| site.clusters().map(|cluster| cluster.id).collect::<Vec<_>>())
        .await
        .unwrap();
    assert!(clusters.len() >= 3, "{clusters:?}");

    let tasks =
        queue(&scene, SiteCommand::QueueIdeas { clusters: clusters[..2].to_vec(), count: 2 }).await;
    all(&tasks, TaskStatus::Succeeded);
    let ideas = site
        .read(|site| {
            site.ideas()
                .filter(|idea| idea.status == IdeaStatus::New)
                .map(|idea| idea.id)
                .collect::<Vec<_>>()
        })
        .await
        .unwrap();
    assert_eq!(ideas.len(), 4);

    let tasks =
        queue(&scene, SiteCommand::QueueDrafts { ideas: ideas[..2].to_vec(), images: 2 }).await;
    all(&tasks, TaskStatus::Succeeded);
    let documents: Vec<_> = tasks.iter().map(|task| task.input.document().unwrap()).collect();
    let images = site
        .read(|site| {
            site.tasks()
                .filter(|task| {
                    matches!(task.input.kind(), igny8_actors_domain::site::TaskKind::Image)
                })
                .map(|task| task.id)
                .collect::<Vec<_>>()
        })
        .await
        .unwrap();
    assert_eq!(images.len(), 4);
    all(&ended(&scene, images).await, TaskStatus::Succeeded);
    for document in &documents {
        let tree = scene.platform.document(scene.tenant, *document).tree().await.unwrap();
        assert!(tree.word_count() > 300, "{}", tree.to_markdown());
        assert_eq!(tree.images().len(), 1, "one of two images stands in the text");
        assert_eq!(site.approve(who, *document).await.unwrap().status, DocumentStatus::Approved);
        all(
            &queue(&scene, SiteCommand::QueuePublication { document: *document, live: true }).await,
            TaskStatus::Succeeded,
        );
    }
    let folders = std::fs::read_dir(scene.directory.path().join("exports")).unwrap();
    let posts = folders.filter(|entry| entry.as_ref().unwrap().path().join("post.json").exists());
    assert_eq!(posts.count(), 2);

    // 40 keywords: 2; 4 ideas: 4; 2 articles: 6; 4 images: 4.
    let (total, _) = scene.platform.total_balance(scene.tenant).await.unwrap();
    assert_eq!(
        (total.granted, total.spent, total.held, total.settled),
        (Credits(600), Credits(16), Credits(0), Credits(584))
    );
    site.read(|site| site.ledger().audit()).await.unwrap().unwrap();
    drop(site);
    nothing_named_is_collected(scene).await;
}

/// After all that, every blob that something needs is named by its record: days later the upkeep
/// leaves them where they are.
async fn nothing_named_is_collected(scene: Scene) {
    scene.platform.stop().await;
    let later = scene.platform.now().plus(Duration::from_hours(48));
    let Scene { platform, tenant, directory, .. } = scene;
    drop(platform);
    let store = support::reopen(directory.path()).await;
    let before = store.blobs(tenant, None, 1_000).await.unwrap().len();
    assert!(before >= 8, "{before} blobs of answers, images and versions");
    let done = upkeep(store.as_ref(), later).await.unwrap();
    assert_eq!(done.tenants, 1);
    let (found, problems) = verify(store.as_ref(), |_| {}).await.unwrap();
    assert!(found.is_sound(), "{problems:?}");
    let after = store.blobs(tenant, None, 1_000).await.unwrap().len();
    assert_eq!(after as u64 + done.blobs, before as u64);
    assert!(after >= 8, "{after} blobs are left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_failing_task_ends_in_its_named_state_and_charges_nothing() {
    let cases = [
        ("quota", TaskStatus::Failed, "quota"),
        ("unauthorized", TaskStatus::Failed, "unauthorized"),
        ("context_length", TaskStatus::Failed, "context_length"),
        ("invalid_answer", TaskStatus::WaitingForReview, "invalid_answer"),
    ];
    for (fault, status, code) in cases {
        // A server of its own: a lane that is out of budget rests, and says so to all who ask.
        let scene = scene(fast()).await;
        let site = scene.platform.site(scene.tenant, scene.site);
        let text = format!("coffee {fault} [fail:{fault}]");
        let keyword = NewKeyword { text, figures: KeywordFigures::default() };
        let other = NewKeyword {
            text: format!("coffee {fault} beans [fail:{fault}]"),
            figures: KeywordFigures::default(),
        };
        site.import(Origin::System, vec![keyword, other]).await.unwrap();
        let tasks = queue(&scene, SiteCommand::QueueClustering).await;
        assert_eq!(tasks[0].status, status, "{fault}: {:?}", tasks[0]);
        assert_eq!(tasks[0].failure.as_ref().unwrap().class.code(), code);
        assert_eq!((tasks[0].spent, tasks[0].hold), (Credits::ZERO, None));
        let (total, _) = scene.platform.total_balance(scene.tenant).await.unwrap();
        assert_eq!(
            (total.settled, total.spent, total.held),
            (Credits(600), Credits(0), Credits(0))
        );
    }
}

/// A site with one idea, whose title makes the offline model fail in a named way.
async fn idea_that_fails(scene: &Scene, fault: &str) -> IdeaId {
    let site = scene.platform.site(scene.tenant, scene.site);
    site.import(Origin::System, keywords()).await.unwrap();
    all(&queue(scene, SiteCommand::QueueClustering).await, TaskStatus::Succeeded);
    let cluster = site.read(|site| site.clusters().next().unwrap().id).await.unwrap();
    all(
        &queue(scene, SiteCommand::QueueIdeas { clusters: vec![cluster], count: 1 }).await,
        TaskStatus::Succeeded,
    );
    let idea = site.read(|site| site.ideas().next().unwrap().id).await.unwrap();
    let title = Some(format!("Cold brew [fail:{fault}]"));
    site.command(Origin::System, None, SiteCommand::ChangeIdea { idea, title, status: None })
        .await
        .unwrap();
    idea
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_a_cut_stream_is_continued_and_paid_once() {
    let scene = scene(fast()).await;
    let idea = idea_that_fails(&scene, "broken_stream:once").await;
    let before = scene.platform.total_balance(scene.tenant).await.unwrap().0;
    let tasks = queue(&scene, SiteCommand::QueueDrafts { ideas: vec![idea], images: 0 }).await;
    all(&tasks, TaskStatus::Succeeded);
    assert_eq!(tasks[0].attempts, 2, "cut once");
    let tree = scene
        .platform
        .document(scene.tenant, tasks[0].input.document().unwrap())
        .tree()
        .await
        .unwrap();
    let text = tree.to_plain_text();
    let lines: Vec<&str> = text.lines().filter(|line| line.len() > 40).collect();
    let distinct: std::collections::HashSet<&str> = lines.iter().copied().collect();
    assert_eq!(lines.len(), distinct.len(), "no text twice: {text}");
    assert!(tree.word_count() > 600, "no text missing: {} words", tree.word_count());
    let after = scene.platform.total_balance(scene.tenant).await.unwrap().0;
    assert_eq!(before.settled.0 - after.settled.0, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_rate_limits_and_timeouts_are_tried_again_then_dead_and_can_be_replayed() {
    let scene = scene(fast()).await;
    let idea = idea_that_fails(&scene, "rate_limited:0").await;
    let before = scene.platform.total_balance(scene.tenant).await.unwrap().0;
    let tasks = queue(&scene, SiteCommand::QueueDrafts { ideas: vec![idea], images: 0 }).await;
    all(&tasks, TaskStatus::Dead);
    assert_eq!((tasks[0].attempts, tasks[0].spent, tasks[0].hold), (4, Credits::ZERO, None));
    assert_eq!(tasks[0].failure.as_ref().unwrap().class.code(), "rate_limited");
    let after = scene.platform.total_balance(scene.tenant).await.unwrap().0;
    assert_eq!((after.settled, after.held), (before.settled, Credits(0)));
    let site = scene.platform.site(scene.tenant, scene.site);
    let title = Some("Cold brew at home".to_owned());
    site.command(Origin::System, None, SiteCommand::ChangeIdea { idea, title, status: None })
        .await
        .unwrap();
    site.command(Origin::System, None, SiteCommand::RetryTask { task: tasks[0].id }).await.unwrap();
    all(&ended(&scene, vec![tasks[0].id]).await, TaskStatus::Succeeded);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_a_panic_restarts_the_actor_with_what_was_committed() {
    let scene = scene(fast()).await;
    let site = scene.platform.site(scene.tenant, scene.site);
    site.import(Origin::System, keywords()).await.unwrap();
    let before = site.read(|site| site.keywords().cloned().collect::<Vec<_>>()).await.unwrap();
    site.panic().await.unwrap();
    let after = until("the restart", || {
        let site = site.clone();
        async move { site.read(|site| site.keywords().cloned().collect::<Vec<_>>()).await.ok() }
    })
    .await;
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_repeated_panics_quarantine_that_entity_alone() {
    let scene = scene(fast()).await;
    let site = scene.platform.site(scene.tenant, scene.site);
    let out = until("the quarantine", || {
        let (site, platform) = (site.clone(), scene.platform.clone());
        async move {
            drop(site.panic().await);
            let out = platform.status().quarantined;
            (!out.is_empty()).then_some(out)
        }
    })
    .await;
    assert_eq!(out, [igny8_protocol_ids::EntityKey::site(scene.tenant, scene.site).to_string()]);
    scene.platform.tenant(scene.tenant).read(|_| ()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_an_orderly_end_counts_as_nobodys_failure() {
    let scene = scene(fast()).await;
    let site = scene.platform.site(scene.tenant, scene.site);
    scene.platform.stop().await;
    // Sockets that are still open go on asking.
    for _ in 0..6 {
        site.read(|_| ()).await.unwrap_err();
    }
    assert_eq!(scene.platform.status().quarantined, [""; 0]);
}
