//! Everything that is stored, byte by byte, after a whole main job.

use super::*;
use base64::Engine;
use igny8_actors_domain::site::{
    DocumentStatus, IdeaStatus, KeywordFigures, NewKeyword, Site, SiteCommand, TaskStatus,
};
use igny8_actors_runtime::SiteHandle;
use parking_lot::Mutex;
use secrecy::ExposeSecret;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Hears what every thread logs.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend(line);
        Ok(line.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn until<T>(
    what: &str,
    site: &SiteHandle,
    done: impl Fn(&Site) -> Option<T> + Send + Clone + 'static,
) -> T
where
    T: Send + 'static,
{
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let done = done.clone();
        if let Some(value) = site.read(move |site| done(site)).await.unwrap() {
            return value;
        }
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Queues, and waits until nothing waits or runs.
async fn work(site: &SiteHandle, command: SiteCommand) {
    site.queue(Origin::System, None, command).await.unwrap();
    until("the end of tasks", site, |site| {
        let is_open = |status| matches!(status, TaskStatus::Queued | TaskStatus::Running);
        (!site.tasks().any(|task| is_open(task.status))).then_some(())
    })
    .await;
    let failed: Vec<_> = site
        .read(|site| {
            let failed =
                |task: &&igny8_actors_domain::site::Task| task.status != TaskStatus::Succeeded;
            site.tasks().filter(failed).cloned().collect()
        })
        .await
        .unwrap();
    assert!(failed.is_empty(), "{failed:?}");
}

async fn main_job(site: &SiteHandle) {
    let texts = ["cold brew", "cold brew ratio", "cold brew maker", "latte art", "latte art tips"];
    let keywords =
        texts.map(|text| NewKeyword { text: text.to_owned(), figures: KeywordFigures::default() });
    site.import(Origin::System, keywords.to_vec()).await.unwrap();
    work(site, SiteCommand::QueueClustering).await;
    let clusters = site.read(|site| site.clusters().map(|one| one.id).collect()).await.unwrap();
    work(site, SiteCommand::QueueIdeas { clusters, count: 1 }).await;
    let new = |idea: &&igny8_actors_domain::site::Idea| idea.status == IdeaStatus::New;
    let ideas = site
        .read(move |site| site.ideas().filter(new).take(1).map(|idea| idea.id).collect())
        .await
        .unwrap();
    work(site, SiteCommand::QueueDrafts { ideas, images: 1 }).await;
    let document = site.read(|site| site.documents().next().unwrap().id).await.unwrap();
    site.approve(Origin::System, document).await.unwrap();
    work(site, SiteCommand::QueuePublication { document, live: true }).await;
    let status = site.read(move |site| site.document(document).unwrap().status).await.unwrap();
    assert_eq!(status, DocumentStatus::Published);
}

/// The forms in which a secret could lie somewhere.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    // MessagePack's array of small numbers.
    let listed = secret
        .iter()
        .flat_map(|byte| if *byte < 0x80 { vec![*byte] } else { vec![0xcc, *byte] })
        .collect();
    let plain = base64::prelude::BASE64_STANDARD_NO_PAD.encode(secret);
    let url = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(secret);
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    vec![secret.to_vec(), listed, plain.into(), url.into(), hex.to_uppercase().into(), hex.into()]
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    forms(secret).iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
}

/// All that the store hands out: records, events, outbox, appends, claims, blobs, log names.
async fn stored(life: &Life) -> Vec<(String, Vec<u8>)> {
    let (store, mut all) = (&life.ring.store, Vec::new());
    for entity in store.entities(None, 500).await.unwrap() {
        let image = store.image(&entity).await.unwrap().unwrap();
        for record in image.loaded.records {
            all.push((format!("{entity} record"), [record.key, record.value].concat()));
        }
        let outbox = image.loaded.outbox.into_iter().map(|open| open.body);
        let events = image.frames.into_iter().flat_map(|frame| frame.events);
        let appends = image.appends.into_iter().map(|row| row.body);
        for body in outbox.chain(events).chain(appends) {
            all.push((format!("{entity} event"), body.to_vec()));
        }
        if let igny8_protocol_ids::Scope::Tenant(tenant) = entity.scope {
            for hash in store.blobs(tenant, None, 1_000).await.unwrap() {
                let blob = store.blob(tenant, hash).await.unwrap().unwrap();
                all.push((format!("{entity} blob"), blob.to_vec()));
            }
        }
    }
    for (name, value) in store.claims(None, 1_000).await.unwrap() {
        all.push((format!("claim {name}"), [name.as_bytes(), &value].concat()));
    }
    all
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => all.push((path.display().to_string(), std::fs::read(&path).unwrap())),
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_store_nor_log_holds_a_secret_after_a_whole_main_job() {
    let heard = Heard::default();
    let writer = heard.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let life = Life::begin().await;
    let (tenant, site) = life.tenant("one").await;
    let account = life.platform.account_by_email("one@example.com").await.unwrap().unwrap();
    let (_, refresh) = life.platform.account(account).open_session().await.unwrap();
    main_job(&life.platform.site(tenant, site)).await;
    life.add_key();
    life.keeper().rotate(&unseen()).await.unwrap();
    life.platform.site(tenant, site).link_status().await.unwrap();
    life.platform.log_in("one@example.com", "wrong").await.unwrap_err();

    let mut secrets: Vec<(&str, Vec<u8>)> = vec![
        ("the link's secret", format!("{LINK_SECRET}1").into_bytes()),
        ("the provider's key", MODEL_KEY.as_bytes().to_vec()),
        ("the password", PASSWORD.as_bytes().to_vec()),
        ("the refresh secret", refresh.to_vec()),
    ];
    let file = KeyFile::read(&life.ring.file()).unwrap();
    for id in file.masters.ids() {
        secrets.push(("a key of the file", file.masters.get(id).unwrap().expose().to_vec()));
    }
    secrets.push(("the access key", file.access.expose_secret().to_vec()));
    for shelved in life.ring.ring.shelf().of(tenant).await.unwrap() {
        let key = file.masters.unwrap(shelved.place, &shelved.wrapped).unwrap();
        secrets.push(("a data key", key.expose().to_vec()));
    }
    assert_eq!(secrets.len(), 4 + 2 + 1 + 2);

    let mut all = stored(&life).await;
    assert!(all.len() > 100, "{}", all.len());
    let known =
        holds(&all.iter().flat_map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>(), b"latte art");
    assert!(known, "the scan finds what is there");
    all.extend(files(&life.ring.directory.path().join("store")));
    all.extend(files(&life.ring.directory.path().join("exports")));
    let log = heard.0.lock().clone();
    assert!(holds(&log, tenant.to_string().as_bytes()), "the log was heard");
    all.push(("the log".to_owned(), log));
    for (place, bytes) in &all {
        for (name, secret) in &secrets {
            assert!(!holds(bytes, secret), "{place} holds {name}");
        }
    }
}
