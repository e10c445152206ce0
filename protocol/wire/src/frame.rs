//! The frames of the socket at `/ws`. The ticket travels in the subprotocol
//! (`igny8.v1, igny8.ticket.<ticket>`), never in the address.

use crate::queue::{Placement, QueueWork};
use crate::stream::{StreamEvent, StreamName, StreamPosition, StreamSnapshot, TaskProgress};
use crate::view::{TaskKind, TaskView};
use igny8_protocol_ids::{BatchId, DocumentId, Position, SiteId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame: who speaks, and in which versions.
    Hello {
        /// Versions the client understands, the best first.
        versions: Vec<u16>,
        /// Name and version of the client, for logs.
        client: String,
        /// Whether it reads packed frames: large ones then come compressed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        packed: bool,
    },
    /// Listen to a stream, from a position if one is known.
    Subscribe {
        /// Repeated in the answer.
        r#ref: u32,
        /// Which stream.
        stream: StreamName,
        /// How far the client is; absent asks for a snapshot.
        position: Option<Position>,
        /// Documents: the client's state vector; absent asks for everything.
        #[serde(default, with = "serde_bytes", skip_serializing_if = "Option::is_none")]
        #[ts(type = "Uint8Array | null", optional)]
        state_vector: Option<Vec<u8>>,
    },
    /// Listen no more.
    Unsubscribe {
        /// Which stream.
        stream: StreamName,
    },
    /// An edit.
    DocumentUpdate {
        /// Where.
        document: DocumentId,
        /// The client's own counter; comes back in `durable` or `document_refused`.
        r#ref: u32,
        /// Yjs update (v1), at most 1 MiB.
        #[serde(with = "serde_bytes")]
        #[ts(type = "Uint8Array")]
        update: Vec<u8>,
    },
    /// Ask for what a state vector lacks (after a gap).
    DocumentSync {
        /// Where.
        document: DocumentId,
        /// The client's state vector.
        #[serde(with = "serde_bytes")]
        #[ts(type = "Uint8Array")]
        state_vector: Vec<u8>,
    },
    /// Presence: caret, name, colour.
    Awareness {
        /// Where.
        document: DocumentId,
        /// y-protocols awareness update, at most 4 KiB.
        #[serde(with = "serde_bytes")]
        #[ts(type = "Uint8Array")]
        update: Vec<u8>,
    },
    /// Do something that REST can do as well, without a round of HTTP.
    Command {
        /// Repeated in the answer.
        r#ref: u32,
        /// What.
        command: SocketCommand,
    },
    /// Are you there?
    Ping {
        /// Comes back in `pong`.
        nonce: u32,
    },
}

/// Commands over the socket. Each asks for the same right as its REST route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum SocketCommand {
    /// Cancel a queued or running task.
    CancelTask {
        /// Of which site.
        site: SiteId,
        /// Which task.
        task: TaskId,
    },
    /// Queue a failed task again.
    RetryTask {
        /// Of which site.
        site: SiteId,
        /// Which task.
        task: TaskId,
    },
    /// Queue work.
    QueueWork {
        /// Of which site.
        site: SiteId,
        /// What.
        work: QueueWork,
        /// How it is placed; absent: like everything else.
        #[serde(default)]
        placement: Option<Placement>,
        /// The same key twice is done once and answered alike: what a client sends again whose
        /// line was lost before the answer. 1 to 128 plain characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        idempotency_key: Option<String>,
    },
    /// Put waiting tasks first, last or off.
    ChangeTasks {
        /// Of which site.
        site: SiteId,
        /// Which, at most 500.
        tasks: Vec<TaskId>,
        /// 0 to 100, the higher the sooner.
        priority: Option<u8>,
        /// Not before this time.
        not_before: Option<Timestamp>,
    },
    /// Pause or resume a task that waits.
    PauseTask {
        /// Of which site.
        site: SiteId,
        /// Which.
        task: TaskId,
        /// True pauses.
        paused: bool,
    },
    /// Pause or resume a batch.
    PauseBatch {
        /// Of which site.
        site: SiteId,
        /// Which.
        batch: BatchId,
        /// True pauses.
        paused: bool,
    },
    /// Cancel a whole batch.
    CancelBatch {
        /// Of which site.
        site: SiteId,
        /// Which.
        batch: BatchId,
    },
    /// Pause or resume the queue of a site, or one kind of it.
    PauseQueue {
        /// Of which site.
        site: SiteId,
        /// Which kind; absent: all.
        kind: Option<TaskKind>,
        /// True pauses.
        paused: bool,
    },
    /// Stop the AI that is writing in a document; its text stays.
    StopRun {
        /// Of which site.
        site: SiteId,
        /// The draft task whose run it is.
        task: TaskId,
    },
}

/// What a server sends.
#[expect(
    clippy::large_enum_variant,
    reason = "a frame is encoded where it is made and never kept in numbers"
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`.
    Welcome {
        /// The version spoken from here on.
        version: u16,
        /// The server's build.
        server: String,
        /// Send a ping when nothing was sent for so long.
        heartbeat_seconds: u16,
        /// Larger frames are refused.
        frame_bytes_max: u32,
    },
    /// A subscription stands.
    Subscribed {
        /// Of the request.
        r#ref: u32,
        /// Which stream, and the position from which its events follow.
        at: StreamPosition,
        /// The state there; absent when the stream was resumed exactly.
        snapshot: Option<StreamSnapshot>,
    },
    /// What one commit did, or several merged ones up to `at`.
    Events {
        /// The stream and its new position.
        at: StreamPosition,
        /// In order.
        events: Vec<StreamEvent>,
    },
    /// Edits of others (one turn, merged).
    DocumentUpdate {
        /// Where.
        document: DocumentId,
        /// The document's new position.
        position: Position,
        /// Yjs update (v1).
        #[serde(with = "serde_bytes")]
        #[ts(type = "Uint8Array")]
        update: Vec<u8>,
    },
    /// The answer to `document_sync`.
    DocumentSynced {
        /// Where.
        document: DocumentId,
        /// What the client lacked.
        #[serde(with = "serde_bytes")]
        #[ts(type = "Uint8Array")]
        update: Vec<u8>,
        /// What the server has: the client answers with the rest.
        #[serde(with = "serde_bytes")]
        #[ts(type = "Uint8Array")]
        state_vector: Vec<u8>,
    },
    /// All updates of this client up to `ref` survive a crash (R7).
    Durable {
        /// Where.
        document: DocumentId,
        /// The highest counter that is durable.
        r#ref: u32,
        /// Its position.
        position: Position,
    },
    /// An edit was refused; the document is as before.
    DocumentRefused {
        /// Where.
        document: DocumentId,
        /// Of the edit.
        r#ref: u32,
        /// Such as `gap`, `schema`, `too_large`, `read_only`.
        code: String,
        /// What happened and what to do.
        message: String,
        /// For `gap`: what the server has; the client sends the difference.
        #[serde(default, with = "serde_bytes", skip_serializing_if = "Option::is_none")]
        #[ts(type = "Uint8Array | null", optional)]
        state_vector: Option<Vec<u8>>,
    },
    /// Presence of others.
    Awareness {
        /// Where.
        document: DocumentId,
        /// y-protocols awareness update.
        #[serde(with = "serde_bytes")]
        #[ts(type = "Uint8Array")]
        update: Vec<u8>,
    },
    /// Comments of a document have changed: read them again.
    CommentsChanged {
        /// Where.
        document: DocumentId,
    },
    /// Progress of running tasks.
    Progress {
        /// Of which site.
        site: SiteId,
        /// The latest of each task.
        tasks: Vec<TaskProgress>,
    },
    /// A command was done.
    Done {
        /// Of the request.
        r#ref: u32,
        /// Of `queue_work`: the tasks, as REST answers them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        tasks: Option<Vec<TaskView>>,
    },
    /// Something was refused.
    Problem {
        /// Of the request, if it was one.
        r#ref: Option<u32>,
        /// A stable code, the same as in REST.
        code: String,
        /// What happened and what to do.
        message: String,
        /// When to try again.
        retry_after_ms: Option<u32>,
    },
    /// The stream ended here: subscribe again (`resync`), or the right was lost (`revoked`).
    StreamClosed {
        /// Which.
        stream: StreamName,
        /// `resync`, `revoked` or `gone`.
        reason: String,
    },
    /// I am.
    Pong {
        /// Of the ping.
        nonce: u32,
    },
    /// The server ends; the close 1012 follows.
    Closing {
        /// Come back after this time. Every socket is told another one, so that they do not all come
        /// at once.
        retry_after_ms: u32,
    },
}
