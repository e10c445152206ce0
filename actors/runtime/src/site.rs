//! The handle of a site, and the errands of its outbox.

use crate::entity::{Dispatch, EntityHandle, Errand, Idempotency, Joined, Work, decode, encode};
use crate::failure::Failure;
use crate::ledger::write_page;
use crate::platform::{Inner, deliver};
use crate::worker;
use igny8_actors_domain::lane::Standing;
use igny8_actors_domain::secret::SealedSecret;
use igny8_actors_domain::site::{
    Document, DocumentStatus, INSUFFICIENT_CREDITS, Link, NewKeyword, Site, SiteCard, SiteCommand,
    SiteEffect, SiteEvent, SiteReply, Task,
};
use igny8_actors_domain::tenant::TenantCommand;
use igny8_actors_domain::{Origin, Refusal, RefusalKind};
use igny8_actors_ports::{PairRequest, Sealed, SecretPlace, SiteTarget};
use igny8_protocol_ids::{
    Credits, DocumentId, EntityKind, ImageId, Position, Scope, SiteId, TaskId, TenantId, Timestamp,
};
use igny8_storage_api::{BlobHash, LogEntry, LogKey, LogPosition, LogRange, StoreError};
use secrecy::ExposeSecret;
use std::borrow::Cow;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::watch;

/// Keywords in one commit of an import: about 600 KB.
const IMPORT_CHUNK: usize = 2_000;

/// Progress of a running task: memory only, the latest of each task.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgressUpdate {
    /// Which task.
    pub task: TaskId,
    /// What it is doing.
    pub stage: Cow<'static, str>,
    /// From 0 to 1.
    pub fraction: f32,
    /// Words written so far.
    pub words: Option<u32>,
}

/// A handle to one site. Cheap to clone; survives restarts of the actor.
#[derive(Clone)]
pub struct SiteHandle {
    pub(crate) entity: EntityHandle<Site>,
    pub(crate) inner: Arc<Inner>,
    tenant: TenantId,
    id: SiteId,
}

/// The place to which a site's link secret is sealed.
pub(crate) fn link_place(tenant: TenantId, site: SiteId) -> SecretPlace {
    SecretPlace { tenant, kind: EntityKind::Site, id: site.uuid(), field: "link" }
}

impl SiteHandle {
    pub(crate) fn new(
        inner: Arc<Inner>,
        entity: EntityHandle<Site>,
        tenant: TenantId,
        id: SiteId,
    ) -> Self {
        Self { entity, inner, tenant, id }
    }

    /// Gives a command.
    pub async fn command(
        &self,
        origin: Origin,
        idempotency: Option<Idempotency>,
        command: SiteCommand,
    ) -> Result<SiteReply, Failure> {
        self.entity.command(origin, idempotency, command).await
    }

    /// Reads from the state; all that it shows is durable.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Site) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.entity.read(question).await
    }

    /// Listens from a position, or with a snapshot.
    pub async fn join<T: Send + 'static>(
        &self,
        from: Option<Position>,
        snapshot: impl FnOnce(&Site) -> T + Send + 'static,
    ) -> Result<Joined<SiteEvent, T>, Failure> {
        self.entity.join(from, snapshot).await
    }

    /// Takes in keywords, some thousand a commit: how many are new, and for each merged one its
    /// place and the keyword it went into.
    pub async fn import(
        &self,
        origin: Origin,
        keywords: Vec<NewKeyword>,
    ) -> Result<(u32, Vec<(u32, String)>), Failure> {
        let (mut added, mut merged, mut first) = (0, Vec::new(), 0_u32);
        let mut rest = keywords;
        while !rest.is_empty() {
            let after = rest.split_off(rest.len().min(IMPORT_CHUNK));
            let count = u32::try_from(rest.len()).unwrap_or(u32::MAX);
            let command = SiteCommand::ImportKeywords { keywords: rest };
            if let SiteReply::Imported { added: new, merged: into } =
                self.command(origin, None, command).await?
            {
                added += new;
                merged.extend(into.into_iter().map(|(place, into)| (first + place, into)));
            }
            first += count;
            rest = after;
        }
        Ok((added, merged))
    }

    /// Queues tasks if the tenant can pay them now: own credits and all slices counted (R6).
    pub async fn queue(
        &self,
        origin: Origin,
        idempotency: Option<Idempotency>,
        command: SiteCommand,
    ) -> Result<Vec<Task>, Failure> {
        match self.spend(origin, idempotency, command).await? {
            SiteReply::Tasks(tasks) => Ok(tasks),
            _ => Ok(Vec::new()),
        }
    }

    /// The raw answer that is kept with a task, if one is.
    pub async fn raw_answer(&self, task: TaskId) -> Result<Option<String>, Failure> {
        let find = move |site: &Site| site.task(task).and_then(|task| task.response);
        let Some(hash) = self.read(find).await? else { return Ok(None) };
        let packed = self.inner.world.store.blob(self.tenant, BlobHash(hash)).await?;
        Ok(packed.and_then(|packed| worker::unpack(&packed).ok()))
    }

    /// Gives an answer in a model's place: kept as a blob first, named by the commit that follows.
    pub async fn submit_answer(
        &self,
        origin: Origin,
        idempotency: Option<Idempotency>,
        task: TaskId,
        answer: String,
    ) -> Result<Vec<Task>, Failure> {
        let packed = worker::pack(&answer).map_err(|_| Failure::restarting())?;
        let world = &self.inner.world;
        let blob = world.store.put_blob(self.tenant, packed.into(), world.now()).await?.0;
        let command = SiteCommand::SubmitAnswer { task, answer, blob };
        match self.command(origin, idempotency, command).await? {
            SiteReply::Tasks(tasks) => Ok(tasks),
            _ => Ok(Vec::new()),
        }
    }

    /// Gives a command that queues tasks, if the tenant can pay them now. The site's own slice is
    /// looked at first, in the decision itself: only where it is too small are the tenant and all
    /// its sites asked. The slice is a part of what they have, so the answer is the same.
    pub async fn spend(
        &self,
        origin: Origin,
        idempotency: Option<Idempotency>,
        command: SiteCommand,
    ) -> Result<SiteReply, Failure> {
        let within = |budget, command| SiteCommand::Within { budget, command: Box::new(command) };
        let own = within(None, command.clone());
        match self.command(origin, idempotency.clone(), own).await {
            Err(Failure::Refused(refusal)) if refusal.code == INSUFFICIENT_CREDITS => {}
            answer => return answer,
        }
        let (total, _) = self.inner.total_balance(self.tenant).await?;
        self.command(origin, idempotency, within(Some(total.available), command)).await
    }

    /// What a command that queues tasks would cost at most: the very command is done, priced and
    /// taken back. What it would refuse is refused.
    pub async fn price(&self, origin: Origin, command: SiteCommand) -> Result<Credits, Failure> {
        let command = SiteCommand::Quote { command: Box::new(command) };
        match self.command(origin, None, command).await? {
            SiteReply::Quoted(price) => Ok(price),
            _ => Ok(Credits::ZERO),
        }
    }

    /// Approves a document as it is now: keeps the version that will be published.
    pub async fn approve(&self, origin: Origin, document: DocumentId) -> Result<Document, Failure> {
        self.require_document(document).await?;
        let by = match origin {
            Origin::Account(account) => Some(account),
            Origin::System => None,
        };
        let (version, words) = self.inner.document(self.tenant, document).keep_version(by).await?;
        let command = SiteCommand::ChangeDocumentStatus {
            document,
            status: DocumentStatus::Approved,
            version: Some(version),
            words: Some(words),
        };
        match self.command(origin, None, command).await? {
            SiteReply::Document(document) => Ok(document),
            _ => Err(Failure::not_found("document")),
        }
    }

    /// Refuses documents that are not this site's.
    pub async fn require_document(&self, document: DocumentId) -> Result<(), Failure> {
        let present = self.read(move |site| site.document(document).is_some()).await?;
        if present { Ok(()) } else { Err(Failure::not_found("document")) }
    }

    /// Pairs with a WordPress site by the code that wp-admin shows.
    pub async fn pair(
        &self,
        origin: Origin,
        url: String,
        code: String,
    ) -> Result<SiteCard, Failure> {
        let tenant_name =
            self.inner.tenant(self.tenant).read(|tenant| tenant.name().map(str::to_owned)).await?;
        let world = &self.entity.world;
        let request = PairRequest {
            url,
            code,
            tenant_name: tenant_name.unwrap_or_default(),
            site_id: self.id.to_string(),
        };
        let pairing = world.wordpress.pair(request).await.map_err(|error| refused(&error))?;
        let sealed = world.keys.seal(&link_place(self.tenant, self.id), &pairing.secret).await?;
        let link = Link {
            url: pairing.url,
            key_id: pairing.key_id,
            name: pairing.site.name,
            wordpress: pairing.site.wordpress,
            plugin: pairing.site.plugin,
            paired_at: world.now(),
            problem: None,
        };
        let secret = SealedSecret { key_id: sealed.key_id, bytes: sealed.bytes };
        self.command(origin, None, SiteCommand::LinkSite { link, secret }).await?;
        self.read(|site| site.card().cloned()).await?.ok_or_else(|| Failure::not_found("site"))
    }

    /// Ends the pairing on both sides; ours ends even if the site does not answer.
    pub async fn unpair(&self, origin: Origin) -> Result<(), Failure> {
        if let Some(target) = self.target().await?
            && let Err(error) = self.entity.world.wordpress.disconnect(&target).await
        {
            tracing::info!(site = %self.id, %error, "the site did not take the end of its pairing");
        }
        self.command(origin, None, SiteCommand::UnlinkSite).await.map(drop)
    }

    /// Whether the linked site answers, and if not, why.
    pub async fn link_status(&self) -> Result<(bool, Option<String>), Failure> {
        let Some(target) = self.target().await? else { return Ok((false, None)) };
        let problem =
            self.entity.world.wordpress.status(&target).await.err().map(|error| error.to_string());
        self.command(
            Origin::System,
            None,
            SiteCommand::NoteLinkProblem { problem: problem.clone() },
        )
        .await?;
        Ok((problem.is_none(), problem))
    }

    /// The linked site with its secret; `None` without a link.
    pub(crate) async fn target(&self) -> Result<Option<SiteTarget>, Failure> {
        let link = self
            .read(|site| Some((site.card()?.link.clone()?, site.link_secret()?.clone())))
            .await?;
        let Some((link, secret)) = link else { return Ok(None) };
        let sealed = Sealed { key_id: secret.key_id, bytes: secret.bytes };
        let keys = &self.entity.world.keys;
        let secret = keys.open(&link_place(self.tenant, self.id), &sealed).await?;
        let secret = secret.expose_secret().to_vec();
        Ok(Some(SiteTarget { url: link.url, key_id: link.key_id, secret }))
    }

    /// Makes the actor panic (tests only).
    #[cfg(feature = "faults")]
    pub async fn panic(&self) -> Result<(), Failure> {
        self.entity.panic().await
    }

    /// Tasks that left the state, by the time of their last change: at most `limit` after a place.
    pub async fn kept_tasks(
        &self,
        (from, until): (Timestamp, Timestamp),
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<Task>, Failure> {
        let after = after.map(|task| LogPosition { at: from, number: low_bits(task) });
        let range = LogRange { from, until, after, limit };
        let log = task_log(self.tenant, self.id);
        let world = &self.entity.world;
        let entries = world.store.log(&log, range, world.now()).await?;
        let tasks = entries.iter().map(|entry| decode("a kept task", &entry.body));
        Ok(tasks.collect::<Result<_, StoreError>>()?)
    }

    /// Why the call of a task that runs has not started; none if it has, or none waits.
    pub fn lane_standing(&self, task: TaskId) -> Option<Standing> {
        self.inner.lanes.standing(task)
    }

    /// The progress of this site's running tasks.
    pub fn progress(&self) -> watch::Receiver<Vec<ProgressUpdate>> {
        self.inner.progress.subscribe(self.id)
    }

    /// An image's bytes and media type.
    pub async fn image(&self, id: ImageId) -> Result<Option<(bytes::Bytes, String)>, Failure> {
        let found = self
            .read(move |site| site.image(id).map(|image| (image.blob, image.media_type.clone())))
            .await?;
        let Some((hash, media_type)) = found else { return Ok(None) };
        let bytes = self.entity.world.store.blob(self.tenant, BlobHash(hash)).await?;
        Ok(bytes.map(|bytes| (bytes, media_type)))
    }
}

/// How long the log keeps tasks that left a site's state.
const TASK_LOG_LIFETIME: Duration = Duration::from_hours(365 * 24);

fn task_log(tenant: TenantId, site: SiteId) -> LogKey {
    LogKey { tenant, stream: format!("task/{site}") }
}

/// Writes tasks that left the state into the site's log; repeated, it replaces what it wrote.
async fn keep_tasks(inner: &Inner, tenant: TenantId, site: SiteId, tasks: &[Task], at: Timestamp) {
    let entry = |task: &Task| LogEntry {
        position: LogPosition { at: task.updated_at, number: low_bits(task.id) },
        expires: at.plus(TASK_LOG_LIFETIME),
        body: encode(task),
    };
    let log = task_log(tenant, site);
    deliver("ended tasks on their way into the log", || async {
        let entries = tasks.iter().map(entry).collect();
        inner.world.store.append_log(&log, entries).await.map_err(Failure::from)
    })
    .await;
}

/// Tells tasks of one moment apart.
fn low_bits(task: TaskId) -> u64 {
    task.uuid().as_u64_pair().1
}

/// A publisher's refusal as the edge shows it.
fn refused(error: &igny8_actors_ports::PublishError) -> Failure {
    Failure::Refused(Refusal::new(RefusalKind::Invalid, "site_refused", error.to_string()))
}

/// What the tenant can spend, all slices counted: asked again until somebody answers.
async fn budget(inner: &Arc<Inner>, tenant: TenantId) -> Credits {
    let mut pause = Duration::from_millis(20);
    loop {
        match inner.total_balance(tenant).await {
            Ok((total, _)) => return total.available,
            Err(failure) => tracing::debug!(%tenant, %failure, "an execution waits for its budget"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// Runs a site's errands: tasks, and credits to and from the tenant.
pub(crate) struct SiteDispatch(pub Weak<Inner>);

impl Dispatch<Site> for SiteDispatch {
    fn run(&self, core: &Site, errand: Errand<Site>) -> Work<Site> {
        let inner = self.0.clone();
        let brief = match errand.effect {
            SiteEffect::RunTask { task, attempt } => worker::brief(core, task, attempt),
            _ => None,
        };
        Box::pin(async move {
            let inner = inner.upgrade()?;
            let Scope::Tenant(tenant) = errand.entity.scope else { return None };
            let site = SiteId::from_uuid(errand.entity.id);
            match errand.effect.clone() {
                SiteEffect::RunTask { .. } => {
                    worker::run(inner, tenant, site, errand, brief?).await
                }
                SiteEffect::StopTask { task, attempt } => {
                    inner.runners.stop(task, attempt);
                    None
                }
                SiteEffect::KeepTasks { tasks, at } => {
                    keep_tasks(&inner, tenant, site, &tasks, at).await;
                    None
                }
                SiteEffect::AskCredits { transfer, amount, least } => {
                    let handle = inner.tenant(tenant);
                    deliver("a request for credits", || {
                        handle.entity.command(
                            Origin::System,
                            None,
                            TenantCommand::Allot { transfer, site, amount, least },
                        )
                    })
                    .await;
                    None
                }
                SiteEffect::EraseDocument { document } => {
                    let handle = inner.free_document(tenant, document);
                    deliver("the end of a free document", || handle.erase()).await;
                    None
                }
                SiteEffect::WakeHeldUp => Some(SiteCommand::WakeHeldUp),
                SiteEffect::AskBudget { execution } => {
                    let budget = budget(&inner, tenant).await;
                    Some(SiteCommand::Execute { execution, budget })
                }
                SiteEffect::FileEntries { last } => {
                    let handle = inner.site(tenant, site).entity;
                    let blob = write_page(&handle, tenant, last, Site::ledger).await?;
                    Some(SiteCommand::FinishFiling { last, blob })
                }
                SiteEffect::ReportUse { used } => {
                    let handle = inner.tenant(tenant);
                    deliver("a report of used credits", || {
                        let command = TenantCommand::NoteUse { site, used };
                        handle.entity.command(Origin::System, None, command)
                    })
                    .await;
                    None
                }
                SiteEffect::ReturnCredits { transfer, parts, number } => {
                    let handle = inner.tenant(tenant);
                    deliver("credits on their way back", || {
                        let parts = parts.clone();
                        let command = TenantCommand::ReturnSlice { transfer, site, parts, number };
                        handle.entity.command(Origin::System, None, command)
                    })
                    .await;
                    None
                }
            }
        })
    }
}
