//! The keys under which a site's records are stored: a kind byte and an id.

use crate::entity::RecordKey;
use crate::lane::UsageBook;
use crate::ledger::Ledger;
use crate::site::automation::{self, ExecutionId};
use crate::site::command::SiteEvent;
use crate::site::queue::{Pace, PauseScope, QueuePause, Share, TaskInput, TaskKind};
use crate::site::record::SiteRecord;
use igny8_protocol_ids::{AccountId, BatchId, ClusterId, DocumentId, IdeaId, TaskId};
use uuid::Uuid;

pub(super) const CARD: u8 = 1;
pub(super) const LINK_SECRET: u8 = 2;
pub(super) const KEYWORD: u8 = 3;
pub(super) const CLUSTER: u8 = 4;
pub(super) const IDEA: u8 = 5;
pub(super) const TASK: u8 = 6;
pub(super) const DOCUMENT: u8 = 7;
pub(super) const IMAGE: u8 = 8;
pub(super) const LEDGER: u8 = 9;
pub(super) const ASK: u8 = 10;
pub(super) const SHARE: u8 = 11;
pub(super) const SCHEDULE: u8 = 20;
pub(super) const EXECUTION: u8 = 21;
pub(super) const PACE: u8 = 12;
pub(super) const PAUSE: u8 = 13;
pub(super) const BATCH: u8 = 14;
pub(super) const QUEUE_SETTINGS: u8 = 15;
pub(super) const REST: u8 = 16;
pub(super) const WATCH: u8 = 40;
pub(super) const USAGE: u8 = 30;
pub(super) const FREE_DOCUMENT: u8 = 50;

fn id_key(kind: u8, id: Uuid) -> RecordKey {
    let mut key = Vec::with_capacity(17);
    key.push(kind);
    key.extend_from_slice(id.as_bytes());
    key
}

/// The blobs that a record names: images, approved versions, raw answers, pages of the ledger.
pub(in crate::site) fn blobs(record: &SiteRecord) -> Vec<[u8; 32]> {
    match record {
        SiteRecord::Image(image) => vec![image.blob],
        SiteRecord::Document(document) => document.approved.into_iter().collect(),
        SiteRecord::Task(task) => {
            let version = match task.input {
                TaskInput::Publish { version, .. } => Some(version),
                _ => None,
            };
            let given = task.given.iter().map(|given| given.blob);
            version.into_iter().chain(task.response).chain(given).collect()
        }
        SiteRecord::Ledger(record) => Ledger::blob(record).into_iter().collect(),
        _ => Vec::new(),
    }
}

pub(in crate::site) fn key(record: &SiteRecord) -> RecordKey {
    match record {
        SiteRecord::Card(_) => vec![CARD],
        SiteRecord::LinkSecret(_) => vec![LINK_SECRET],
        SiteRecord::Keyword(keyword) => id_key(KEYWORD, keyword.id.uuid()),
        SiteRecord::Cluster(cluster) => cluster_key(cluster.id),
        SiteRecord::Idea(idea) => id_key(IDEA, idea.id.uuid()),
        SiteRecord::Task(task) => task_key(task.id),
        SiteRecord::Document(document) => id_key(DOCUMENT, document.id.uuid()),
        SiteRecord::Image(image) => id_key(IMAGE, image.id.uuid()),
        SiteRecord::Ledger(record) => ledger_key(&Ledger::key(record)),
        SiteRecord::Ask(_) => ask_key(),
        SiteRecord::Watch(_) => vec![WATCH],
        SiteRecord::Share(share) => share_key(share),
        SiteRecord::Schedule(schedule) => {
            [&[SCHEDULE], &automation::schedule_key(schedule.kind)[..]].concat()
        }
        SiteRecord::Execution(execution) => execution_record_key(execution.id),
        SiteRecord::Pace(Pace { kind, .. }) => vec![PACE, kind.map_or(ANY, |kind| kind as u8)],
        SiteRecord::Pause(QueuePause { scope, .. }) => pause_key(*scope),
        SiteRecord::Batch(batch) => batch_key(batch.id),
        SiteRecord::Rest(rest) => rest_key(rest.batch, rest.number),
        SiteRecord::QueueSettings(_) => vec![QUEUE_SETTINGS],
        SiteRecord::Usage(row) => [&[USAGE], UsageBook::key(row).as_slice()].concat(),
        SiteRecord::FreeDocument(document) => free_document_key(document.id),
    }
}

pub(in crate::site) fn free_document_key(id: DocumentId) -> RecordKey {
    id_key(FREE_DOCUMENT, id.uuid())
}
pub(in crate::site) fn cluster_key(id: ClusterId) -> RecordKey {
    id_key(CLUSTER, id.uuid())
}
pub(in crate::site) fn task_key(id: TaskId) -> RecordKey {
    id_key(TASK, id.uuid())
}
pub(in crate::site) fn execution_record_key(id: ExecutionId) -> RecordKey {
    [&[EXECUTION], &automation::execution_key(id)[..]].concat()
}
pub(in crate::site) fn ask_key() -> RecordKey {
    vec![ASK]
}
pub(in crate::site) fn batch_key(id: BatchId) -> RecordKey {
    id_key(BATCH, id.uuid())
}
pub(in crate::site) fn rest_key(batch: BatchId, number: u32) -> RecordKey {
    let mut key = id_key(REST, batch.uuid());
    key.extend_from_slice(&number.to_be_bytes());
    key
}
/// The batch and the place of a portion's key.
pub(super) fn rest_of(key: &[u8]) -> Option<(BatchId, u32)> {
    let (batch, number) = key.split_last_chunk()?;
    Some((BatchId::from_uuid(Uuid::from_slice(batch).ok()?), u32::from_be_bytes(*number)))
}
/// In keys: no kind in particular.
const ANY: u8 = u8::MAX;

pub(super) fn kind_of(byte: u8) -> Option<TaskKind> {
    TaskKind::ALL.into_iter().find(|kind| *kind as u8 == byte)
}

/// Scopes of batches and tasks have no record of their own.
pub(in crate::site) fn pause_key(scope: PauseScope) -> RecordKey {
    match scope {
        PauseScope::Kind(kind) => vec![PAUSE, 0, kind as u8],
        PauseScope::Site | PauseScope::Batch | PauseScope::Task => vec![PAUSE, 1, ANY],
        PauseScope::Tenant => vec![PAUSE, 2, ANY],
    }
}

/// True for the key of a pause.
pub(in crate::site) fn is_pause(key: &RecordKey) -> bool {
    key.first() == Some(&PAUSE)
}

/// The scope of a pause's key.
pub(super) fn scope_of(key: &[u8]) -> Option<PauseScope> {
    match *key {
        [0, kind] => kind_of(kind).map(PauseScope::Kind),
        [1, _] => Some(PauseScope::Site),
        [2, _] => Some(PauseScope::Tenant),
        _ => None,
    }
}

/// The kind, and whose; none is nobody's id.
fn share_key(share: &Share) -> RecordKey {
    let user = share.user.map_or(Uuid::nil(), AccountId::uuid);
    let mut key = id_key(SHARE, user);
    key.insert(1, share.kind as u8);
    key
}
pub(in crate::site) fn ledger_key(key: &[u8]) -> RecordKey {
    [&[LEDGER], key].concat()
}

/// The event that tells of a removed record, where subscribers see such records.
pub(in crate::site) fn removal(key: &RecordKey) -> Option<SiteEvent> {
    let id = Uuid::from_slice(key.get(1..)?).ok()?;
    match *key.first()? {
        CLUSTER => Some(SiteEvent::ClusterRemoved(ClusterId::from_uuid(id))),
        IDEA => Some(SiteEvent::IdeaRemoved(IdeaId::from_uuid(id))),
        TASK => Some(SiteEvent::TaskRemoved(TaskId::from_uuid(id))),
        _ => None,
    }
}
