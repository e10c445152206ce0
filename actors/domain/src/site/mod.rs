//! A site: keywords to publications, its queue and its slice of credits.

pub mod automation;
mod cluster;
mod command;
mod credit;
mod document;
mod free_document;
mod idea;
mod keyword;
mod order;
mod queue;
mod record;
mod state;
mod title;
mod usage;

pub use command::{
    ClusterSummary, DocumentSummary, KeywordCounts, NewCluster, NewIdea, NewKeyword, SiteCommand,
    SiteEffect, SiteEvent, SiteReply, TaskOutcome,
};
pub use free_document::{FREE_DOCUMENTS_MAX, ROOM_NAME_BYTES_MAX, room_name};
pub use order::{
    ClusterKeyword, DraftOrder, IdeasOrder, ImageOrder, PublishOrder, RewriteOrder, TaskOrder,
    TaskWork, TestOrder,
};
pub use queue::{
    Batch, BatchCounts, BatchStatus, BatchSummary, DeadFilter, Failure, FailureClass, Fault,
    GivenAnswer, HeldUp, INSUFFICIENT_CREDITS, Instruction, Items, KindLoad, KindSettings,
    ModelLimit, Pace, Pause, PauseReason, PauseScope, Placement, Priority, QueueLoad, QueuePause,
    QueueScope, QueueSettings, Rate, Rest, Share, Task, TaskEdit, TaskInput, TaskKind, TaskStatus,
    Unique, Waiting, limits,
};
pub use record::{
    Ask, Cluster, Document, DocumentStatus, DocumentStep, FreeDocument, Idea, IdeaStatus, Image,
    Keyword, KeywordFigures, KeywordStatus, Link, Publication, SiteCard, SiteRecord, StepKind,
};
pub use state::Site;

use crate::entity::{Context, Draft, Entity, Origin, RecordKey, Refusal};
use crate::lane::ModelUsage;
use igny8_protocol_ids::{Credits, TaskId, Timestamp};
use std::collections::BTreeSet;

impl Entity for Site {
    type Record = SiteRecord;
    type Command = SiteCommand;
    type Reply = SiteReply;
    type Event = SiteEvent;
    type Effect = SiteEffect;

    fn key(record: &SiteRecord) -> RecordKey {
        state::key(record)
    }
    fn blobs(record: &SiteRecord) -> Vec<[u8; 32]> {
        state::blobs(record)
    }
    fn put(&mut self, record: SiteRecord) -> Option<SiteRecord> {
        self.insert(record)
    }
    fn delete(&mut self, key: &RecordKey) -> Option<SiteRecord> {
        self.remove(key)
    }
    fn decide(
        draft: &mut Draft<'_, Self>,
        command: SiteCommand,
        context: &mut Context,
    ) -> Result<SiteReply, Refusal> {
        if draft.card().is_none()
            && !matches!(command, SiteCommand::FromTenant { .. } | SiteCommand::Tick)
        {
            return Err(Refusal::not_found("site"));
        }
        let reply = dispatch(draft, command, context)?;
        automation::advance(draft, context);
        if matches!(context.origin, Origin::Account(_)) {
            credit::ask_anew(draft);
        }
        queue::refill(draft, context);
        queue::pump(draft, context);
        credit::report(draft, context.now);
        credit::file(draft);
        tell(draft);
        Ok(reply)
    }
    fn next_due(&self) -> Option<Timestamp> {
        [
            self.queue().next_delayed(),
            self.queue().next_deadline(),
            queue::next_by_rate(self),
            queue::next_old(self),
            self.ask().and_then(|ask| ask.again_at),
            self.ledger().next_expiry(),
            self.automations().next_due(),
            self.watch().and_then(|watch| watch.due),
        ]
        .into_iter()
        .flatten()
        .min()
    }
    fn tick() -> SiteCommand {
        SiteCommand::Tick
    }
}

fn dispatch(
    draft: &mut Draft<'_, Site>,
    command: SiteCommand,
    context: &mut Context,
) -> Result<SiteReply, Refusal> {
    use SiteCommand as C;
    match command {
        C::ChangeSite { name, language, brand_voice, persona, link_hosts } => {
            state::change(draft, context, name, language, (brand_voice, persona, link_hosts))
        }
        C::LinkSite { link, secret } => state::link(draft, context, link, secret),
        C::ResealLink { before, after } => Ok(state::reseal_link(draft, &before, after)),
        C::UnlinkSite => state::unlink(draft, context),
        C::NoteLinkProblem { problem } => state::note_problem(draft, context, problem),
        C::ImportKeywords { keywords } => keyword::import(draft, context, keywords),
        C::ChangeKeywords { ids, status } => keyword::change(draft, context, &ids, status),
        C::ChangeCluster { cluster, name, locked } => {
            cluster::change(draft, context, cluster, name, locked)
        }
        C::MergeClusters { into, from } => cluster::merge(draft, context, into, &from),
        C::MoveKeywords { cluster, ids } => cluster::move_keywords(draft, context, cluster, &ids),
        C::ChangeIdea { idea, title, status } => idea::change(draft, context, idea, title, status),
        C::Quote { command } => quote(draft, context, *command),
        C::Within { budget, command } => within(draft, context, budget, *command),
        C::Used { task, used, command } => book_use(draft, context, task, used, *command),
        C::Place { placement, command } => place(draft, context, &placement.alone(), *command),
        C::QueueBatch { title, stop_percent, placement, command } => {
            queue::begin_batch(draft, context, (&title, stop_percent), placement, *command)
        }
        C::QueueClustering
        | C::QueueIdeas { .. }
        | C::QueueDrafts { .. }
        | C::QueueImages { .. }
        | C::QueueReparse { .. }
        | C::QueueRewrite { .. }
        | C::QueueTestRun { .. }
        | C::QueuePublication { .. } => place(draft, context, &Placement::default(), command),
        C::CancelTask { task } => queue::cancel(draft, context, task),
        C::CancelBatch { batch } => queue::cancel_batch(draft, context, batch),
        C::RetryTask { task } => queue::retry(draft, context, task, TaskEdit::default()),
        C::ReplayTask { task, edit } => queue::retry(draft, context, task, edit),
        C::ReplayDead { filter } => Ok(queue::replay_dead(draft, context, filter)),
        C::DiscardTasks { tasks } => queue::discard(draft, context, &tasks),
        C::ChangeTasks { tasks, priority, not_before } => {
            queue::change(draft, context, &tasks, priority, not_before)
        }
        C::PauseQueue { scope, paused } => queue::pause_queue(draft, context, scope, paused),
        C::SetQueue { settings } => queue::set_queue(draft, context, settings),
        C::CreateDocument { .. }
        | C::OpenFreeDocument { .. }
        | C::DeleteFreeDocument { .. }
        | C::RenameDocument { .. }
        | C::ChangeDocumentStatus { .. } => documents(draft, context, command),
        C::FinishTask { task, attempt, outcome, model, response } => {
            queue::finish(draft, context, task, attempt, outcome, (model, response))
        }
        C::SubmitAnswer { task, answer, blob } => {
            queue::submit(draft, context, task, &answer, blob)
        }
        C::FinishFiling { last, blob } => Ok(credit::finish_filing(draft, last, blob)),
        C::BookLostAttempt { task, attempt, owner } => {
            queue::book_lost_attempt(draft, context, task, attempt, owner)
        }
        C::FromTenant { site, message } => credit::from_tenant(draft, context, site, message),
        C::SetSchedule { kind, enabled, timing, rules } => {
            automation::set(draft, context, kind, enabled, timing, rules)
        }
        C::ApplyPreset { preset, zone } => automation::apply(draft, context, preset, &zone),
        C::RunAutomation { kind, dry_run } => automation::run(draft, context, kind, dry_run),
        C::Execute { execution, budget } => automation::execute(draft, context, execution, budget),
        C::WakeHeldUp => Ok(queue::wake_held_up(draft)),
        C::CleanUp { keep_days } => automation::clean(draft, context, keep_days),
        C::Tick => credit::tick(draft, context),
    }
}

/// Names and statuses of documents, free ones included.
fn documents(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    command: SiteCommand,
) -> Result<SiteReply, Refusal> {
    use SiteCommand as C;
    match command {
        C::CreateDocument { title } => document::create(draft, context, &title),
        C::OpenFreeDocument { name } => free_document::open(draft, context, &name),
        C::DeleteFreeDocument { document } => free_document::delete(draft, document),
        C::RenameDocument { document, title } => document::rename(draft, context, document, &title),
        C::ChangeDocumentStatus { document, status, version, words } => {
            document::change_status(draft, context, document, status, version, words)
        }
        _ => Err(Refusal::invalid("no_document", "This command is about no document.")),
    }
}

/// What a command would cost: it is decided, and taken back.
fn quote(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    command: SiteCommand,
) -> Result<SiteReply, Refusal> {
    let reply = draft.rehearse(|draft| dispatch(draft, command, context))?;
    Ok(SiteReply::Quoted(queue::price_of(&reply)))
}

/// Does a command if what it queues costs no more than there is.
fn within(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    budget: Option<Credits>,
    command: SiteCommand,
) -> Result<SiteReply, Refusal> {
    let budget = budget.unwrap_or_else(|| draft.ledger().spendable(context.now));
    let reply = dispatch(draft, command, context)?;
    queue::within(&reply, budget)?;
    Ok(reply)
}

/// Does a command in the same step as what was used for it is booked.
fn book_use(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    task: Option<TaskId>,
    used: Vec<ModelUsage>,
    command: SiteCommand,
) -> Result<SiteReply, Refusal> {
    usage::book(draft, context, task, used);
    dispatch(draft, command, context)
}

/// Queues what a command queues, placed as wanted.
fn place(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    placement: &Placement,
    command: SiteCommand,
) -> Result<SiteReply, Refusal> {
    use SiteCommand as C;
    match command {
        C::QueueClustering => queue::clustering(draft, context, placement),
        C::QueueIdeas { clusters, count } => {
            queue::ideas(draft, context, placement, &clusters, count)
        }
        C::QueueDrafts { ideas, images } => {
            queue::drafts(draft, context, placement, &ideas, images)
        }
        C::QueueImages { document, count } => {
            queue::images(draft, context, placement, document, count)
        }
        C::QueueReparse { document } => queue::reparse(draft, context, placement, document),
        C::QueueRewrite { document, range, instruction } => {
            queue::rewrite(draft, context, placement, document, (range, instruction))
        }
        C::QueueTestRun { kind, template, subject } => {
            queue::test_run(draft, context, placement, (kind, template, subject))
        }
        C::QueuePublication { document, live } => {
            queue::publication(draft, context, placement, document, live)
        }
        _ => Err(Refusal::invalid("nothing_to_queue", "This command queues nothing.")),
    }
}

/// One event per thing that the decision touched: none can be forgotten.
fn tell(draft: &mut Draft<'_, Site>) {
    let mut touched = Touched::default();
    for record in &draft.changes().puts {
        touched.put(record);
    }
    for key in &draft.changes().deletes {
        touched.deleted(key);
    }
    let events = touched.events(draft);
    for event in events {
        draft.event(event);
    }
}

#[derive(Default)]
struct Touched {
    card: bool,
    keywords: bool,
    credits: bool,
    clusters: BTreeSet<igny8_protocol_ids::ClusterId>,
    ideas: BTreeSet<igny8_protocol_ids::IdeaId>,
    tasks: BTreeSet<igny8_protocol_ids::TaskId>,
    batches: BTreeSet<igny8_protocol_ids::BatchId>,
    pauses: bool,
    settings: bool,
    documents: BTreeSet<igny8_protocol_ids::DocumentId>,
    schedules: BTreeSet<automation::AutomationKind>,
    executions: BTreeSet<automation::ExecutionId>,
    removed: Vec<SiteEvent>,
}

impl Touched {
    fn put(&mut self, record: &SiteRecord) {
        match record {
            SiteRecord::Card(_) => self.card = true,
            SiteRecord::LinkSecret(_)
            | SiteRecord::Ask(_)
            | SiteRecord::Share(_)
            | SiteRecord::Rest(_)
            | SiteRecord::Usage(_)
            | SiteRecord::FreeDocument(_)
            | SiteRecord::Pace(_)
            | SiteRecord::Watch(_) => {}
            SiteRecord::Pause(_) => self.pauses = true,
            SiteRecord::Batch(batch) => drop(self.batches.insert(batch.id)),
            SiteRecord::QueueSettings(_) => self.settings = true,
            SiteRecord::Keyword(_) => self.keywords = true,
            SiteRecord::Cluster(cluster) => drop(self.clusters.insert(cluster.id)),
            SiteRecord::Idea(idea) => {
                self.ideas.insert(idea.id);
                self.clusters.insert(idea.cluster);
            }
            SiteRecord::Task(task) => {
                self.tasks.insert(task.id);
                self.batches.extend(task.batch);
            }
            SiteRecord::Document(document) => drop(self.documents.insert(document.id)),
            SiteRecord::Image(image) => drop(self.documents.insert(image.document)),
            SiteRecord::Ledger(record) => self.credits |= record.moves_credits(),
            SiteRecord::Schedule(schedule) => drop(self.schedules.insert(schedule.kind)),
            SiteRecord::Execution(execution) => drop(self.executions.insert(execution.id)),
        }
    }
    fn deleted(&mut self, key: &RecordKey) {
        if let Some(event) = state::removal(key) {
            self.removed.push(event);
        }
        self.pauses |= state::is_pause(key);
    }
    fn events(self, site: &Site) -> Vec<SiteEvent> {
        let mut events = self.removed;
        events.extend(site.card().filter(|_| self.card).cloned().map(SiteEvent::Site));
        if self.keywords {
            events.push(SiteEvent::Keywords(site.keyword_counts()));
        }
        events.extend(
            self.clusters.iter().filter_map(|id| site.cluster_summary(*id)).map(SiteEvent::Cluster),
        );
        events.extend(
            self.ideas.iter().filter_map(|id| site.idea(*id)).cloned().map(SiteEvent::Idea),
        );
        events.extend(
            self.documents
                .iter()
                .filter_map(|id| site.document_summary(*id))
                .map(SiteEvent::Document),
        );
        events.extend(
            self.tasks.iter().filter_map(|id| site.task(*id)).cloned().map(SiteEvent::Task),
        );
        events.extend(self.schedules.iter().map(|kind| SiteEvent::Schedule(site.schedule(*kind))));
        events.extend(
            self.executions
                .iter()
                .filter_map(|id| site.execution(*id))
                .cloned()
                .map(SiteEvent::Execution),
        );
        let batches = self.batches.iter().filter_map(|id| site.batch_summary(*id));
        events.extend(batches.map(SiteEvent::Batch));
        if self.pauses {
            events.push(SiteEvent::Pauses(site.pauses().copied().collect()));
        }
        if self.settings {
            events.push(SiteEvent::QueueSettings(site.queue_settings().clone()));
        }
        if self.credits {
            events.push(SiteEvent::Credits(site.ledger().balance()));
        }
        events
    }
}
