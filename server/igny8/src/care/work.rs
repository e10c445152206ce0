//! The work itself, for a store that is open: in the server, or in the command.

use crate::admin::Progress;
use crate::port::{KeyShelf, SystemClock};
use igny8_actors_ports::Clock;
use igny8_actors_runtime::tenant_people;
use igny8_protocol_ids::{EntityKey, TenantId};
use igny8_storage_api::Store;
use igny8_storage_care::{
    Archive, BackupOptions, Counts, ExportOptions, Manifest, PlatformRows, Restored, Step, Unread,
    VerifyOptions, VerifyReport,
};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// A bar that moves more often shows nothing more.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// A backup that is asked for.
#[derive(Serialize, Deserialize)]
pub(super) struct BackupAsked {
    pub(super) out: PathBuf,
    pub(super) parent: Option<PathBuf>,
    pub(super) log_days: u32,
}

/// An export that is asked for.
#[derive(Serialize, Deserialize)]
pub(super) struct ExportAsked {
    pub(super) tenant: TenantId,
    pub(super) out: PathBuf,
    pub(super) log_days: u32,
}

/// A check that is asked for.
#[derive(Serialize, Deserialize)]
pub(super) struct VerifyAsked {
    pub(super) log_days: u32,
}

/// An archive that was written.
#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    /// Its folder.
    pub(super) archive: PathBuf,
    /// False if something could not be read.
    pub(super) complete: bool,
    #[serde(flatten)]
    pub(super) counts: Counts,
    /// What could not be read.
    pub(super) unread: Vec<Unread>,
    /// An entity of each tenant that was not seen at one moment.
    pub(super) moving: Vec<EntityKey>,
}

impl Written {
    fn new(archive: PathBuf, manifest: Manifest) -> Self {
        let Manifest { complete, counts, unread, moving, .. } = manifest;
        Self { archive, complete, counts, unread, moving }
    }
}

pub(super) async fn backup(
    store: Arc<dyn Store>,
    asked: BackupAsked,
    progress: Progress,
) -> anyhow::Result<Written> {
    on_thread(async move || {
        let BackupAsked { out, parent, log_days } = asked;
        let now = SystemClock.now();
        let options = BackupOptions { out: &out, parent: parent.as_deref(), now, log_days };
        let manifest = igny8_storage_care::backup(store.as_ref(), options, tell(progress)).await?;
        Ok(Written::new(out, manifest))
    })
    .await
}

pub(super) async fn export(
    store: Arc<dyn Store>,
    asked: ExportAsked,
    progress: Progress,
) -> anyhow::Result<Written> {
    on_thread(async move || {
        let ExportAsked { tenant, out, log_days } = asked;
        let people = tenant_people(store.as_ref(), tenant).await?;
        let mut rows = PlatformRows { entities: people.accounts, claims: people.claims };
        rows.claims.extend(KeyShelf::new(store.clone()).names(tenant).await?);
        let options = ExportOptions { tenant, out: &out, now: SystemClock.now(), log_days };
        let manifest =
            igny8_storage_care::export(store.as_ref(), options, rows, tell(progress)).await?;
        Ok(Written::new(out, manifest))
    })
    .await
}

pub(super) async fn verify(
    store: Arc<dyn Store>,
    asked: VerifyAsked,
    progress: Progress,
) -> anyhow::Result<VerifyReport> {
    on_thread(async move || {
        let options = VerifyOptions { now: SystemClock.now(), log_days: asked.log_days };
        Ok(igny8_storage_care::verify(store.as_ref(), options, tell(progress)).await?)
    })
    .await
}

/// Fills a store: with all of an archive, or with its one tenant.
pub(super) async fn fill(
    store: Arc<dyn Store>,
    from: PathBuf,
    one_tenant: bool,
    progress: Progress,
) -> anyhow::Result<Restored> {
    on_thread(async move || {
        let archive = Archive::open(&from)?;
        let (store, now) = (store.as_ref(), SystemClock.now());
        Ok(match one_tenant {
            true => igny8_storage_care::import(store, &archive, now, tell(progress)).await?,
            false => igny8_storage_care::restore(store, &archive, now, tell(progress)).await?,
        })
    })
    .await
}

/// Compares an archive with its hashes.
pub(super) async fn check(from: PathBuf, progress: Progress) -> anyhow::Result<Written> {
    on_thread(async move || {
        let archive = Archive::open(&from)?;
        archive.check(tell(progress))?;
        Ok(Written::new(from, archive.manifest().clone()))
    })
    .await
}

/// Care reads and writes files between awaits: it gets a thread of its own.
async fn on_thread<T: Send + 'static>(
    work: impl AsyncFnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(work())).await?
}

/// Tells now and then, and hears at every step whether anybody waits.
fn tell(progress: Progress) -> impl FnMut(&igny8_storage_care::Progress) -> ControlFlow<()> + Send {
    let mut last: Option<(Instant, Step)> = None;
    move |now| {
        let is_due = last.is_none_or(|(at, step)| step != now.step || at.elapsed() >= TELL_EVERY);
        let is_wanted = match is_due {
            true => {
                last = Some((Instant::now(), now.step));
                progress.say(now)
            }
            false => progress.is_wanted(),
        };
        if is_wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}
