//! Streams: what a socket subscribes to, and what it hears there (R10).

use crate::automation::{ExecutionView, ScheduleView};
use crate::queue::{BatchView, PauseView, QueueSettings};
use crate::view::{
    BalanceView, ClusterView, DocumentView, IdeaView, KeywordCounts, MemberView, SiteView,
    TaskView, TenantView,
};
use igny8_protocol_ids::{
    ClusterId, Credits, DocumentId, IdeaId, Position, SiteId, TaskId, TenantId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A stream of one entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum StreamName {
    /// A tenant: members, sites, credits.
    Tenant(TenantId),
    /// A site: keywords, clusters, ideas, tasks, documents, its slice of credits.
    Site(SiteId),
    /// A document: text and presence.
    Document(DocumentId),
}

/// One thing that happened, with the new state of what it happened to.
#[allow(
    clippy::large_enum_variant,
    reason = "most are of the largest kind: a task; a box for each would cost more than it saves"
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StreamEvent {
    /// Keywords were added, changed or removed: lists are read again by REST.
    KeywordsChanged {
        /// How many there are now, by status.
        counts: KeywordCounts,
    },
    /// A cluster is new or changed.
    ClusterChanged {
        /// Its state now.
        cluster: ClusterView,
    },
    /// A cluster is gone.
    ClusterRemoved {
        /// Which.
        id: ClusterId,
    },
    /// An idea is new or changed.
    IdeaChanged {
        /// Its state now.
        idea: IdeaView,
    },
    /// An idea is gone.
    IdeaRemoved {
        /// Which.
        id: IdeaId,
    },
    /// A task is new or changed.
    TaskChanged {
        /// Its state now.
        task: TaskView,
    },
    /// A task is no longer at hand: the log keeps it.
    TaskRemoved {
        /// Which.
        id: TaskId,
    },
    /// An automation was set, or planned anew.
    ScheduleChanged {
        /// Its state now.
        schedule: ScheduleView,
    },
    /// An automation's execution came about or went on.
    ExecutionChanged {
        /// Its state now.
        execution: Box<ExecutionView>,
    },
    /// A batch is new or changed, or its tasks are elsewhere.
    BatchChanged {
        /// Its state now.
        batch: BatchView,
    },
    /// What is paused changed. Site stream: of the tenant, the site and its kinds. Tenant stream:
    /// of the tenant.
    PausesChanged {
        /// All pauses now.
        pauses: Vec<PauseView>,
    },
    /// The settings of the site's queue changed.
    QueueSettingsChanged {
        /// All settings now.
        settings: QueueSettings,
    },
    /// A document is new or its status changed.
    DocumentChanged {
        /// Its state now.
        document: DocumentView,
    },
    /// Credits moved.
    CreditsChanged {
        /// Tenant stream: the tenant's own part. Site stream: the site's slice.
        balance: BalanceView,
    },
    /// The tenant's credits, with all slices, fell below a level that it set.
    CreditsLow {
        /// Which level.
        level: Credits,
        /// What is left, available and held.
        left: Credits,
    },
    /// The site's settings or its link changed.
    SiteChanged {
        /// Its state now.
        site: SiteView,
    },
    /// The tenant's settings changed.
    TenantChanged {
        /// Its state now.
        tenant: TenantView,
    },
    /// A member is new or has another role.
    MemberChanged {
        /// Their state now.
        member: MemberView,
    },
}

/// The state at which a subscription begins when it cannot be resumed.
#[expect(
    clippy::large_enum_variant,
    reason = "a snapshot is encoded where it is made and never kept in numbers"
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StreamSnapshot {
    /// Of a tenant.
    Tenant {
        /// The tenant.
        tenant: TenantView,
        /// Its sites.
        sites: Vec<SiteView>,
        /// Credits: the tenant's part plus all slices.
        balance: BalanceView,
    },
    /// Of a site.
    Site {
        /// The site.
        site: SiteView,
        /// Keywords by status.
        counts: KeywordCounts,
        /// Tasks that are not ended, and the latest that are (newest first, at most 200).
        tasks: Vec<TaskView>,
        /// Batches that have not ended, and the latest that have (newest first, at most 50).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<BatchView>>")]
        batches: Vec<BatchView>,
        /// What is paused: of the tenant, the site and its kinds.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<PauseView>>")]
        pauses: Vec<PauseView>,
        /// The site's slice.
        balance: BalanceView,
    },
    /// Of a document: the whole state as one Yjs update (v1), or what a state vector lacked.
    Document {
        /// The server's state vector: the client answers with what the server lacks.
        #[serde(with = "serde_bytes")]
        #[ts(type = "Uint8Array")]
        state_vector: Vec<u8>,
        /// False for viewers: their updates are refused.
        writable: bool,
        /// Presence of those who are here (y-protocols awareness update), if any.
        #[serde(with = "serde_bytes")]
        #[ts(type = "Uint8Array")]
        awareness: Vec<u8>,
        /// Yjs update (v1). It stands last: those who join at one version share its bytes.
        #[serde(with = "serde_bytes")]
        #[ts(type = "Uint8Array")]
        update: Vec<u8>,
    },
}

/// Progress of a running task: memory only, coalesced, never in the way of the rest (R5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskProgress {
    /// Which task.
    pub task: TaskId,
    /// What it is doing, in a word or two.
    pub stage: String,
    /// From 0 to 1.
    pub fraction: f32,
    /// Words written so far, for drafts.
    pub words: Option<u32>,
}

/// Where a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StreamPosition {
    /// Which stream.
    pub stream: StreamName,
    /// How far it was seen.
    pub position: Position,
}
