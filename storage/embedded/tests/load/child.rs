//! The child's side.

use super::{BLOBS, DIRECTORY, PADDING, SKIP_SYNC, TABLE, WRITERS};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Sequence, TenantId, Timestamp};
use igny8_storage_api::{
    Append, Change, CommitId, CommitOutcome, Expected, Head, NewOutbox, Record, Store, StoreError,
};
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore, Faults};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Writers, unless the test says otherwise.
const WRITERS_USUAL: u128 = 12;
/// A writer appends and claims besides at every so many of its commits.
const BESIDES_EVERY: u64 = 5;

pub(super) fn writers() -> u128 {
    std::env::var(WRITERS).map_or(WRITERS_USUAL, |text| text.parse().unwrap())
}

pub(super) fn tenant(writer: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(writer))
}

pub(super) fn entity(writer: u128) -> EntityKey {
    EntityKey::tenant(tenant(writer))
}

/// A blob that its seed tells. Large enough for a file of its own.
pub(super) fn blob(seed: u64) -> Bytes {
    let words = (0..1_000).map(|word: u64| (seed ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    words.flat_map(u64::to_le_bytes).collect()
}

pub(super) fn options() -> EmbeddedOptions {
    let faults = Faults::from_environment();
    faults.skip_sync(std::env::var(SKIP_SYNC).is_ok());
    let mut options =
        EmbeddedOptions { faults, feed_commits_kept: u64::MAX, ..EmbeddedOptions::default() };
    if let Ok(bytes) = std::env::var(TABLE) {
        options.memory_table_bytes = bytes.parse().unwrap();
        options.journal_segment_bytes = 4 * options.memory_table_bytes;
    }
    options
}

/// Writes until it dies, if the environment names a directory.
pub(crate) fn child() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Arc::new(EmbeddedStore::open(Path::new(&directory), options()).unwrap());
        let writers = (1..=writers()).map(|writer| tokio::spawn(write(store.clone(), writer)));
        for writer in futures::future::join_all(writers).await {
            writer.unwrap();
        }
    });
}

fn say(line: &str) {
    std::io::stdout().write_all(format!("ack {line}\n").as_bytes()).unwrap();
}

/// One owner of one entity, for ever or until an outcome is unknown.
async fn write(store: Arc<EmbeddedStore>, writer: u128) {
    let padding = std::env::var(PADDING).map_or(0, |bytes| bytes.parse().unwrap());
    let padding = Bytes::from(vec![7; padding]);
    let entity = entity(writer);
    let Some(mut head) = retry(|| store.take(&entity)).await else { return };
    say(&format!("take {writer} {}", head.epoch.0));
    loop {
        let id = Uuid::new_v4().as_u128();
        let expected = Expected { epoch: head.epoch, sequence: head.sequence };
        let change = change(id, &padding);
        let committed = retry(|| store.commit(&entity, expected, change.clone())).await;
        match committed {
            Some(CommitOutcome::Applied(applied)) => head = applied,
            Some(CommitOutcome::Fenced(_)) => panic!("fenced"),
            None => return,
        }
        say(&format!("commit {writer} {} {id}", head.sequence.0));
        if head.sequence.0.is_multiple_of(BESIDES_EVERY)
            && besides(&store, writer, &head, id).await.is_none()
        {
            return;
        }
    }
}

fn change(id: u128, padding: &Bytes) -> Change {
    let body = Bytes::from(id.to_string());
    Change {
        commit_id: CommitId(id),
        puts: vec![Record::new("last", body.clone()), Record::new("padding", padding.clone())],
        events: vec![body.clone()],
        outbox: vec![NewOutbox { index: 0, body }],
        ..Change::default()
    }
}

/// What is durable without a fence.
async fn besides(store: &EmbeddedStore, writer: u128, head: &Head, id: u128) -> Option<()> {
    let body = Bytes::from(id.to_string());
    let entity = entity(writer);
    let rows = vec![Append { sequence: Sequence(head.sequence.0), body: body.clone() }];
    retry(|| store.append(&entity, head.epoch, rows.clone())).await?;
    say(&format!("append {writer} {} {} {id}", head.epoch.0, head.sequence.0));
    let name = format!("{writer}/{}", head.sequence.0);
    retry(|| store.claim(&name, body.clone())).await?;
    say(&format!("claim {name} {id}"));
    if std::env::var(BLOBS).is_ok() {
        let seed = id as u64;
        retry(|| store.put_blob(tenant(writer), blob(seed), Timestamp::from_millis(0))).await?;
        say(&format!("blob {writer} {seed}"));
    }
    Some(())
}

/// Repeats what a full disk refuses; `None` once an outcome is unknown.
async fn retry<T, F: Future<Output = Result<T, StoreError>>>(write: impl Fn() -> F) -> Option<T> {
    loop {
        match write().await {
            Ok(value) => return Some(value),
            Err(StoreError::Full { .. }) => {
                say("full");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            Err(StoreError::Unknown { .. } | StoreError::Unavailable { .. }) => {
                say("unknown");
                return None;
            }
            Err(other) => panic!("{other}"),
        }
    }
}
