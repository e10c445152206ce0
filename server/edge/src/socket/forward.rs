//! Streams of tenants and sites: the answer to `subscribe`, then every commit as one frame that
//! all sockets share.

use super::bound::PROGRESS_PERIOD;
use super::line::Rank;
use super::session::Context;
use crate::access::site_of;
use crate::convert::{self, Outlook, Place};
use crate::problem::Problem;
use bytes::Bytes;
use igny8_actors_domain::site::{Site, SiteCard, SiteEvent, TaskStatus};
use igny8_actors_domain::tenant::TenantEvent;
use igny8_actors_runtime::{Failure, ProgressUpdate, Published, Resume, SiteHandle, Subscription};
use igny8_protocol_ids::{Position, SiteId, TaskId, TenantId, Timestamp};
use igny8_protocol_wire::codec::encode;
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::queue::BatchView;
use igny8_protocol_wire::stream::{
    StreamEvent, StreamName, StreamPosition, StreamSnapshot, TaskProgress,
};
use igny8_protocol_wire::view::{BalanceView, SiteView};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

/// Tasks that a site's snapshot lists.
const SNAPSHOT_TASKS_MAX: usize = 200;
/// Batches that a site's snapshot lists.
const SNAPSHOT_BATCHES_MAX: usize = 50;
/// A site is listed by its tenant a moment before it exists itself: so often, and …
const CARD_TRIES: u32 = 20;
/// … with this pause it is looked for.
const CARD_PAUSE: Duration = Duration::from_millis(50);

fn answer(
    context: &Context,
    r#ref: u32,
    stream: StreamName,
    position: Position,
    snapshot: Option<StreamSnapshot>,
) {
    let at = StreamPosition { stream, position };
    context.outbox.send_large(Rank::Answer, &ServerFrame::Subscribed { r#ref, at, snapshot });
}

fn closed(context: &Context, stream: StreamName) {
    context
        .outbox
        .send(Rank::Stream, &ServerFrame::StreamClosed { stream, reason: "resync".to_owned() });
}

fn encoded(stream: StreamName, position: Position, events: Vec<StreamEvent>) -> Bytes {
    let frame = ServerFrame::Events { at: StreamPosition { stream, position }, events };
    encode(&frame).map(Bytes::from).unwrap_or_default()
}

/// Hears a tenant.
pub(super) async fn tenant(
    context: &Context,
    r#ref: u32,
    id: TenantId,
    from: Option<Position>,
) -> Result<AbortOnDropHandle<()>, Problem> {
    if id != context.holder.tenant {
        return Err(Problem::not_found("workspace"));
    }
    let stream = StreamName::Tenant(id);
    let joined = context
        .state
        .platform
        .tenant(id)
        .join(from, |tenant| {
            tenant
                .card()
                .cloned()
                .map(|card| (card, tenant.sites().map(|site| site.id).collect::<Vec<_>>()))
        })
        .await?;
    let missed = match joined.resume {
        Resume::Exact(missed) => {
            answer(context, r#ref, stream, from.unwrap_or(joined.position), None);
            missed
        }
        Resume::Snapshot(seen) => {
            let (card, ids) = seen.ok_or_else(|| Problem::not_found("workspace"))?;
            let snapshot = StreamSnapshot::Tenant {
                tenant: convert::tenant_view(card),
                sites: cards(context, ids).await?,
                balance: total(context).await?,
            };
            answer(context, r#ref, stream, joined.position, Some(snapshot));
            Vec::new()
        }
    };
    let (context, mut subscription) = (context.clone(), joined.subscription);
    let forward = async move {
        for published in missed {
            tell_tenant(&context, stream, &published).await;
        }
        while let Some(published) = subscription.next().await {
            tell_tenant(&context, stream, &published).await;
        }
        closed(&context, stream);
    };
    Ok(AbortOnDropHandle::new(tokio::spawn(forward)))
}

async fn total(context: &Context) -> Result<BalanceView, Failure> {
    let (total, _) = context.state.platform.total_balance(context.holder.tenant).await?;
    Ok(convert::balance(&total))
}

async fn cards(context: &Context, ids: Vec<SiteId>) -> Result<Vec<SiteView>, Failure> {
    let mut sites = Vec::with_capacity(ids.len());
    for id in ids {
        let site = context.state.platform.site(context.holder.tenant, id);
        sites.extend(site.read(|site| site.card().cloned()).await?.map(convert::site_view));
    }
    Ok(sites)
}

/// The card of a site that was listed just now.
async fn listed(context: &Context, id: SiteId) -> Option<SiteCard> {
    let site = context.state.platform.site(context.holder.tenant, id);
    for _ in 0..CARD_TRIES {
        if let Ok(Some(card)) = site.read(|site| site.card().cloned()).await {
            return Some(card);
        }
        tokio::time::sleep(CARD_PAUSE).await;
    }
    None
}

async fn tell_tenant(context: &Context, stream: StreamName, published: &Published<TenantEvent>) {
    if let Some(bytes) = published.encoded.get() {
        return context.outbox.push(Rank::Stream, bytes.clone());
    }
    let mut events = Vec::with_capacity(published.events.len());
    for event in &published.events {
        let card = match event {
            TenantEvent::SiteListed(entry) => listed(context, entry.id).await,
            _ => None,
        };
        events.extend(convert::tenant_event(event.clone(), card));
    }
    let bytes = published.encoded.get_or_init(|| encoded(stream, published.position, events));
    context.outbox.push(Rank::Stream, bytes.clone());
}

/// Hears a site, and the progress of its tasks.
pub(super) async fn site(
    context: &Context,
    r#ref: u32,
    id: SiteId,
    from: Option<Position>,
) -> Result<AbortOnDropHandle<()>, Problem> {
    let handle = site_of(&context.state, context.holder.tenant, id).await?;
    let (stream, now) = (StreamName::Site(id), context.state.now());
    let joined = handle.join(from, move |site| snapshot(site, now)).await?;
    let missed = match joined.resume {
        Resume::Exact(missed) => {
            answer(context, r#ref, stream, from.unwrap_or(joined.position), None);
            missed
        }
        Resume::Snapshot(seen) => {
            let snapshot = seen.ok_or_else(|| Problem::not_found("site"))?;
            answer(context, r#ref, stream, joined.position, Some(snapshot));
            Vec::new()
        }
    };
    let listener = Listener { context: context.clone(), id, handle };
    Ok(AbortOnDropHandle::new(tokio::spawn(listener.forward(missed, joined.subscription))))
}

/// A site as it is: tasks that are not ended first of all, then the latest that are.
fn snapshot(site: &Site, now: Timestamp) -> Option<StreamSnapshot> {
    let card = site.card()?.clone();
    let is_open = |status| {
        matches!(status, TaskStatus::Queued | TaskStatus::Running | TaskStatus::WaitingForReview)
    };
    let open = site.tasks().rev().filter(|task| is_open(task.status));
    let ended = site.tasks().rev().filter(|task| !is_open(task.status));
    let tasks = open.chain(ended).take(SNAPSHOT_TASKS_MAX);
    Some(StreamSnapshot::Site {
        tasks: tasks
            .map(|task| convert::task_view(task.clone(), convert::outlook(site, task, now)))
            .collect(),
        batches: recent_batches(site),
        pauses: site.pauses().map(convert::queue_pause).collect(),
        counts: convert::counts(site.keyword_counts()),
        balance: convert::balance(&site.ledger().balance()),
        site: convert::site_view(card),
    })
}

/// Batches that have not ended first of all, then the latest that have.
fn recent_batches(site: &Site) -> Vec<BatchView> {
    let open = site.batches().rev().filter(|batch| batch.ended_at.is_none());
    let ended = site.batches().rev().filter(|batch| batch.ended_at.is_some());
    let ids = open.chain(ended).take(SNAPSHOT_BATCHES_MAX).map(|batch| batch.id);
    ids.filter_map(|id| site.batch_summary(id)).map(convert::batch_view).collect()
}

struct Listener {
    context: Context,
    id: SiteId,
    handle: SiteHandle,
}

impl Listener {
    async fn forward(
        self,
        missed: Vec<Published<SiteEvent>>,
        mut subscription: Subscription<SiteEvent>,
    ) {
        for published in &missed {
            self.tell(published).await;
        }
        let mut progress = self.handle.progress();
        progress.mark_changed();
        let mut next_at = Instant::now();
        loop {
            tokio::select! {
                biased;
                published = subscription.next() => match published {
                    Some(published) => self.tell(&published).await,
                    None => break,
                },
                Ok(()) = moved(&mut progress, next_at) => {
                    let tasks = progress.borrow_and_update().iter().map(progress_view).collect();
                    self.context.outbox.progress(self.id, tasks);
                    next_at = Instant::now() + PROGRESS_PERIOD;
                }
            }
        }
        closed(&self.context, StreamName::Site(self.id));
    }

    async fn tell(&self, published: &Published<SiteEvent>) {
        if let Some(bytes) = published.encoded.get() {
            return self.context.outbox.push(Rank::Stream, bytes.clone());
        }
        let outlooks = self.outlooks(&published.events).await;
        let place = Place { tenant: self.context.holder.tenant, site: self.id };
        let events = published
            .events
            .iter()
            .map(|event| convert::site_event(place, event.clone(), &outlooks))
            .collect();
        let stream = StreamName::Site(self.id);
        let bytes = published.encoded.get_or_init(|| encoded(stream, published.position, events));
        self.context.outbox.push(Rank::Stream, bytes.clone());
    }

    /// Why the queued tasks among these events wait: only the site knows.
    async fn outlooks(&self, events: &[SiteEvent]) -> HashMap<TaskId, Outlook> {
        let queued: Vec<TaskId> = events
            .iter()
            .filter_map(|event| match event {
                SiteEvent::Task(task) if task.status == TaskStatus::Queued => Some(task.id),
                _ => None,
            })
            .collect();
        if queued.is_empty() {
            return HashMap::new();
        }
        let now = self.context.state.now();
        let read = self.handle.read(move |site| {
            let why = |id: &TaskId| Some((*id, convert::outlook(site, site.task(*id)?, now)));
            queued.iter().filter_map(why).collect()
        });
        // Without an answer the tasks are shown without a reason: the next event brings it.
        read.await.unwrap_or_default()
    }
}

/// Waits for news that may be told already.
async fn moved(
    progress: &mut watch::Receiver<Vec<ProgressUpdate>>,
    not_before: Instant,
) -> Result<(), watch::error::RecvError> {
    tokio::time::sleep_until(not_before).await;
    progress.changed().await
}

fn progress_view(update: &ProgressUpdate) -> TaskProgress {
    TaskProgress {
        task: update.task,
        stage: update.stage.clone().into_owned(),
        fraction: update.fraction,
        words: update.words,
    }
}
