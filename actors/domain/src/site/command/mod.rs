//! What can be asked of a site, what it answers, what it tells and what it causes.

mod reply;

pub use reply::{ClusterSummary, DocumentSummary, KeywordCounts, SiteEffect, SiteEvent, SiteReply};

use crate::lane::{ModelUsage, Obstacle};
use crate::secret::SealedSecret;
use crate::site::automation::{AutomationKind, ExecutionId, Preset, ScheduleRules, Timing};
use crate::site::queue::{
    DeadFilter, FailureClass, Instruction, Placement, Priority, QueueScope, QueueSettings, TaskEdit,
};
use crate::site::record::{DocumentStatus, IdeaStatus, Image, KeywordFigures, KeywordStatus, Link};
use crate::tenant::{SiteMessage, prompt::PromptKind};
use crate::text::intent::Intent;
use igny8_protocol_ids::{
    BatchId, ClusterId, Credits, DocumentId, IdeaId, KeywordId, SiteId, TaskId, Timestamp,
};
use uuid::Uuid;

/// A keyword of an import.
#[derive(Clone, Debug, PartialEq)]
pub struct NewKeyword {
    /// As it stands in the file.
    pub text: String,
    /// What the file says of it.
    pub figures: KeywordFigures,
}

/// A cluster as clustering found it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCluster {
    /// Its keywords.
    pub keywords: Vec<KeywordId>,
    /// Name.
    pub name: String,
    /// Intent.
    pub intent: Option<Intent>,
    /// The keyword that stands for it.
    pub pillar: String,
}

/// An idea as the model proposed it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewIdea {
    /// Title.
    pub title: String,
    /// What makes it different.
    pub angle: String,
    /// Headings.
    pub outline: Vec<String>,
    /// Intent.
    pub intent: Option<Intent>,
    /// Keywords to rank for.
    pub target_keywords: Vec<String>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskOutcome {
    /// Clusters were found.
    Clustered {
        /// The clusters.
        clusters: Vec<NewCluster>,
        /// Keywords that fit nowhere.
        orphans: Vec<KeywordId>,
        /// How it was done.
        method: String,
    },
    /// Ideas were made.
    Ideas {
        /// The ideas.
        ideas: Vec<NewIdea>,
    },
    /// The article stands in the document.
    Drafted {
        /// Its words.
        words: u32,
    },
    /// An image was made and put into the document.
    Imaged {
        /// The image.
        image: Image,
    },
    /// A template was tried; the answer is kept.
    Tested,
    /// The document was restructured.
    Reparsed {
        /// Its words.
        words: u32,
    },
    /// The suggestion is kept with its document.
    Suggested,
    /// The site has it.
    Published {
        /// The site's id.
        post_id: u64,
        /// Where it can be read.
        permalink: String,
        /// The site's time of change.
        modified_gmt: String,
    },
    /// A person stopped it.
    Stopped {
        /// True if text was already durable in the document: then it is paid and stays.
        wrote: bool,
        /// Words in the document.
        words: u32,
    },
    /// The answer could not be read, nor repaired: a person has to look.
    Unreadable {
        /// Which call of the attempt it was, from 0.
        call: u32,
        /// What is wrong with it.
        message: String,
    },
    /// There was no model to call: it goes on when that has passed.
    HeldUp {
        /// What was in the way.
        by: Obstacle,
        /// What happened.
        message: String,
        /// Until then.
        until: Timestamp,
        /// The attempt had called a model before.
        called: bool,
    },
    /// It did not work out.
    Failed {
        /// How to treat it.
        class: FailureClass,
        /// What happened and what to do.
        message: String,
        /// When the other side says to come back, in milliseconds.
        retry_after_ms: Option<u64>,
    },
}

/// What can be asked of a site.
#[derive(Clone, Debug, PartialEq)]
pub enum SiteCommand {
    /// Change name, language or voice.
    ChangeSite {
        /// A new name.
        name: Option<String>,
        /// Another language.
        language: Option<String>,
        /// Another voice.
        brand_voice: Option<String>,
        /// Another persona.
        persona: Option<String>,
        /// Other hosts that a model may link to.
        link_hosts: Option<Vec<String>>,
    },
    /// The site was paired.
    LinkSite {
        /// The link.
        link: Link,
        /// Its secret, sealed.
        secret: SealedSecret,
    },
    /// The link's secret was sealed anew by a newer key. Without effect if another is kept by now.
    ResealLink {
        /// As it was kept.
        before: SealedSecret,
        /// As it is kept from now on: the same secret.
        after: SealedSecret,
    },
    /// End the pairing.
    UnlinkSite,
    /// Note (or clear) the link's last failure.
    NoteLinkProblem {
        /// In words.
        problem: Option<String>,
    },
    /// Take in keywords: merge those that are there.
    ImportKeywords {
        /// The keywords, in the order of the file.
        keywords: Vec<NewKeyword>,
    },
    /// Archive keywords or bring them back.
    ChangeKeywords {
        /// Which.
        ids: Vec<KeywordId>,
        /// `New` or `Archived`.
        status: KeywordStatus,
    },
    /// Rename or lock a cluster.
    ChangeCluster {
        /// Which.
        cluster: ClusterId,
        /// A new name.
        name: Option<String>,
        /// Lock or unlock.
        locked: Option<bool>,
    },
    /// Merge clusters into one.
    MergeClusters {
        /// Into this.
        into: ClusterId,
        /// These.
        from: Vec<ClusterId>,
    },
    /// Move keywords to a cluster.
    MoveKeywords {
        /// To this.
        cluster: ClusterId,
        /// These.
        ids: Vec<KeywordId>,
    },
    /// Rename or archive an idea.
    ChangeIdea {
        /// Which.
        idea: IdeaId,
        /// A new title.
        title: Option<String>,
        /// `New` or `Archived`.
        status: Option<IdeaStatus>,
    },
    /// Queue tasks only if they cost no more than this, images that follow included. Checked in
    /// the decision, so that a repeated request still gets its first answer.
    Within {
        /// What the tenant can spend, all slices counted; absent: what the site's own slice has,
        /// which is never more.
        budget: Option<Credits>,
        /// A command that queues.
        command: Box<SiteCommand>,
    },
    /// Queue tasks with a priority, a time or a unique key.
    Place {
        /// How.
        placement: Placement,
        /// A command that queues.
        command: Box<SiteCommand>,
    },
    /// Queue many tasks as one batch; of more than 250 items the rest becomes tasks as those start.
    QueueBatch {
        /// What it is about, for people.
        title: String,
        /// Pauses the batch when this share of its ended tasks failed.
        stop_percent: Option<u8>,
        /// How the tasks are placed.
        placement: Placement,
        /// A command that queues.
        command: Box<SiteCommand>,
    },
    /// Book what calls to models used, and do something, in one commit: an attempt's end.
    Used {
        /// By which task; none if by none.
        task: Option<TaskId>,
        /// What was used, by model.
        used: Vec<ModelUsage>,
        /// What is done.
        command: Box<SiteCommand>,
    },
    /// Cluster all keywords that are in no cluster.
    QueueClustering,
    /// Make ideas for clusters.
    QueueIdeas {
        /// For these.
        clusters: Vec<ClusterId>,
        /// How many each.
        count: u32,
    },
    /// Write drafts for ideas.
    QueueDrafts {
        /// For these.
        ideas: Vec<IdeaId>,
        /// Images to make for each.
        images: u32,
    },
    /// Make images for a document.
    QueueImages {
        /// Which.
        document: DocumentId,
        /// How many.
        count: u32,
    },
    /// Restructure a document.
    QueueReparse {
        /// Which.
        document: DocumentId,
    },
    /// Rewrite a selection of a document: a suggestion that people accept or reject.
    QueueRewrite {
        /// Of which.
        document: DocumentId,
        /// Where it begins and ends: relative positions, as Yjs encodes them.
        range: (Vec<u8>, Vec<u8>),
        /// What is to be done with it.
        instruction: Instruction,
    },
    /// Try a template on the site's data: one call, whose answer is shown and goes nowhere.
    QueueTestRun {
        /// Which.
        kind: PromptKind,
        /// The template, saved or not.
        template: String,
        /// The idea, cluster or document whose data fill it; the newest if none is named.
        subject: Option<Uuid>,
    },
    /// Publish an approved document.
    QueuePublication {
        /// Which.
        document: DocumentId,
        /// At once, or as a draft at the site.
        live: bool,
    },
    /// Cancel a task that waits or runs.
    CancelTask {
        /// Which.
        task: TaskId,
    },
    /// Cancel a whole batch.
    CancelBatch {
        /// Which.
        batch: BatchId,
    },
    /// Queue a failed task again.
    RetryTask {
        /// Which.
        task: TaskId,
    },
    /// Queue a failed task again, edited.
    ReplayTask {
        /// Which.
        task: TaskId,
        /// What to do differently.
        edit: TaskEdit,
    },
    /// Queue dead letters again, the oldest first, at most 500.
    ReplayDead {
        /// Which.
        filter: DeadFilter,
    },
    /// Put dead letters away.
    DiscardTasks {
        /// Which.
        tasks: Vec<TaskId>,
    },
    /// Put waiting tasks first, last or off.
    ChangeTasks {
        /// Which.
        tasks: Vec<TaskId>,
        /// Another priority.
        priority: Option<Priority>,
        /// Not before this time.
        not_before: Option<Timestamp>,
    },
    /// Hold work up, or let it go on.
    PauseQueue {
        /// What.
        scope: QueueScope,
        /// True holds it up.
        paused: bool,
    },
    /// Change the settings of the queue.
    SetQueue {
        /// All of them.
        settings: QueueSettings,
    },
    /// Make an empty document.
    CreateDocument {
        /// Title.
        title: String,
    },
    /// Make a free document, unless the site has one of this name already.
    OpenFreeDocument {
        /// The name of its room.
        name: String,
    },
    /// Delete a free document with its content.
    DeleteFreeDocument {
        /// Which.
        document: DocumentId,
    },
    /// Rename a document.
    RenameDocument {
        /// Which.
        document: DocumentId,
        /// The new title.
        title: String,
    },
    /// Move a document along: draft, in review, approved.
    ChangeDocumentStatus {
        /// Which.
        document: DocumentId,
        /// Where to.
        status: DocumentStatus,
        /// For approval: the version that was kept.
        version: Option<[u8; 32]>,
        /// Words of that version.
        words: Option<u32>,
    },
    /// An attempt ended.
    FinishTask {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
        /// How.
        outcome: TaskOutcome,
        /// The model that was used.
        model: Option<String>,
        /// The raw answer's blob.
        response: Option<[u8; 32]>,
    },
    /// Give the answer that a model did not give in a readable form; the task goes on with it.
    SubmitAnswer {
        /// Which task.
        task: TaskId,
        /// The answer's text.
        answer: String,
        /// The blob that holds it.
        blob: [u8; 32],
    },
    /// The ledger's entries up to this one lie in a page now.
    FinishFiling {
        /// The last of them.
        last: u64,
        /// The page's blob.
        blob: [u8; 32],
    },
    /// An attempt was lost to a crash: the house pays for it.
    BookLostAttempt {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
        /// The epoch of the owner that found it: each crash loses another call.
        owner: u64,
    },
    /// The tenant says something.
    FromTenant {
        /// This site's id.
        site: SiteId,
        /// What.
        message: SiteMessage,
    },
    /// Set when an automation runs, and within which bounds.
    SetSchedule {
        /// Which.
        kind: AutomationKind,
        /// On or off.
        enabled: bool,
        /// When.
        timing: Timing,
        /// Within which bounds.
        rules: ScheduleRules,
    },
    /// Set all six automations as a preset has them, and turn them on.
    ApplyPreset {
        /// Which.
        preset: Preset,
        /// In this zone.
        zone: String,
    },
    /// Run an automation now.
    RunAutomation {
        /// Which.
        kind: AutomationKind,
        /// Only write down what would be done.
        dry_run: bool,
    },
    /// The tenant's answer to what an execution may spend: it picks its items.
    Execute {
        /// Which.
        execution: ExecutionId,
        /// What the tenant can spend, all slices counted.
        budget: Credits,
    },
    /// Let tasks try again that something at the models held up.
    WakeHeldUp,
    /// Remove tasks that ended long ago.
    CleanUp {
        /// More than so many days.
        keep_days: u32,
    },
    /// What this would cost at most: it is done and taken back.
    Quote {
        /// What is asked.
        command: Box<Self>,
    },
    /// It is time (retries, expiry, schedules, asking for credits again).
    Tick,
}
