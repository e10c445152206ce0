//! Corruptions that are planted behind the store's back, each of which `verify` must name.

// Outside of test functions, too, a failure is a failed test.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, SiteId, TenantId, Timestamp};
use igny8_storage_api::{
    Append, BlobHash, Change, CommitId, CommitOutcome, Expected, LogEntry, LogKey, LogPosition,
    NewOutbox, Record, Store,
};
use igny8_storage_care::{
    Archive, BackupOptions, Section, VerifyOptions, VerifyReport, backup, verify,
};
use igny8_storage_embedded::raw::{RawSpace, RawStore};
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore};
use std::ops::ControlFlow;
use std::path::Path;
use uuid::Uuid;

const COMMITS: u64 = 6;
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
/// More than this lies in a file of its own.
const BLOB: [u8; 100] = [7; 100];

fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(7))
}

/// The entity in which corruptions are planted, and another one.
fn entities() -> [EntityKey; 2] {
    let site = SiteId::from_uuid(Uuid::from_u128(8));
    [EntityKey::tenant(tenant()), EntityKey::site(tenant(), site)]
}

async fn fill_entity(store: &EmbeddedStore, entity: &EntityKey, blob: BlobHash) {
    let mut head = store.take(entity).await.unwrap();
    for number in 1..=COMMITS {
        let body = Bytes::from(format!("{entity} body {number}"));
        let record =
            |key: &'static str| Record { blobs: vec![blob], ..Record::new(key, body.clone()) };
        let change = Change {
            commit_id: CommitId(u128::from(number)),
            puts: vec![record("one"), record("two")],
            events: vec![body.clone()],
            outbox: vec![NewOutbox { index: 0, body: body.clone() }],
            ..Change::default()
        };
        let expected = Expected { epoch: head.epoch, sequence: head.sequence };
        let outcome = store.commit(entity, expected, change).await.unwrap();
        let CommitOutcome::Applied(applied) = outcome else { panic!("fenced") };
        head = applied;
    }
    for number in 1..=2 {
        let body = Bytes::from(format!("update {number}"));
        let row = Append { sequence: Sequence(number), body };
        store.append(entity, Epoch(1), vec![row]).await.unwrap();
    }
    store.set_wake(entity, head.epoch, Some(NOW)).await.unwrap();
}

async fn fill(directory: &Path) {
    let store = EmbeddedStore::open(directory, EmbeddedOptions::default()).unwrap();
    let blob = store.put_blob(tenant(), Bytes::from_static(&BLOB), NOW).await.unwrap();
    for entity in entities() {
        fill_entity(&store, &entity, blob).await;
    }
    store.claim("email:a@example.org", Bytes::from_static(b"someone")).await.unwrap();
    let log = LogKey { tenant: tenant(), stream: "task/1".into() };
    let position = LogPosition { at: NOW, number: 1 };
    let expires = Timestamp::from_millis(i64::MAX);
    let entry = LogEntry { position, expires, body: Bytes::from_static(b"line") };
    store.append_log(&log, vec![entry]).await.unwrap();
    store.close().await;
}

/// The engine's own view of the files.
struct Files {
    heads: RawSpace,
    entity: RawSpace,
    blobs: RawSpace,
    logs: RawSpace,
    platform: RawSpace,
}

/// How many bytes of a key are the entity: scope, tenant, kind, id.
const ENTITY_BYTES: usize = 34;
const RECORDS: u8 = 1;
const OUTBOX: u8 = 2;
const APPENDS: u8 = 3;
const FRAMES: u8 = 4;

type Row = (Vec<u8>, Vec<u8>);

impl Files {
    fn open(directory: &Path) -> Self {
        let store = RawStore::open(directory).unwrap();
        let space = |name| store.space(name);
        let (heads, entity, blobs) = (space("heads"), space("entity"), space("blobs"));
        Self { heads, entity, blobs, logs: space("logs"), platform: space("platform") }
    }

    /// The rows of one section of the first entity.
    fn rows(&self, section: u8) -> Vec<Row> {
        let rows = self.entity.rows().into_iter();
        rows.filter(|(key, _)| key[17] == 2 && key[ENTITY_BYTES] == section).collect()
    }

    fn frame(&self, sequence: usize) -> Row {
        self.rows(FRAMES).swap_remove(sequence - 1)
    }

    /// Changes one byte of a frame, counted from its end if negative.
    fn flip_frame(&self, sequence: usize, at: isize) {
        let (key, mut value) = self.frame(sequence);
        let at =
            if at < 0 { value.len().checked_add_signed(at).unwrap() } else { at.unsigned_abs() };
        value[at] ^= 1;
        self.entity.insert(key, value);
    }

    /// Changes one byte of the first row of a keyspace that begins with `prefix`.
    fn flip(space: &RawSpace, prefix: &[u8], at: usize) {
        let rows = space.rows();
        let (key, value) = rows.iter().find(|(key, _)| key.starts_with(prefix)).unwrap();
        let mut value = value.clone();
        value[at] ^= 1;
        space.insert(key.clone(), value);
    }

    fn damage_row(&self, section: u8, at: usize) {
        let (key, mut value) = self.rows(section).swap_remove(0);
        value[at] ^= 0x40;
        self.entity.insert(key, value);
    }

    /// Adds a row with the value of the section's first and another end of its key.
    fn add_row(&self, section: u8, tail: &[u8]) {
        let (mut key, value) = self.rows(section).swap_remove(0);
        key.truncate(ENTITY_BYTES + 1);
        key.extend_from_slice(tail);
        self.entity.insert(key, value);
    }

    /// Gives the first row of a section the value of its second: well formed, and somebody else's.
    fn replace_row(&self, section: u8) {
        let rows = self.rows(section);
        self.entity.insert(rows[0].0.clone(), rows[1].1.clone());
    }

    /// Moves the first entity's first row of a section to the other entity.
    fn move_row(&self, section: u8) {
        let (key, value) = self.rows(section).swap_remove(0);
        let all = self.entity.rows();
        let other = all.iter().find(|(key, _)| key[17] == 3).unwrap();
        let moved = [&other.0[..ENTITY_BYTES], &key[ENTITY_BYTES..]].concat();
        self.entity.remove(key);
        self.entity.insert(moved, value);
    }

    fn remove_blob(&self) {
        let (key, _) = self.blobs.rows().swap_remove(0);
        self.blobs.remove(key);
    }
}

async fn report_after(plant: impl FnOnce(&Files)) -> VerifyReport {
    let directory = tempfile::tempdir().unwrap();
    fill(directory.path()).await;
    plant(&Files::open(directory.path()));
    let store = EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap();
    let options = VerifyOptions { now: NOW, log_days: 30 };
    let report = verify(&store, options, |_| ControlFlow::Continue(())).await.unwrap();
    store.close().await;
    report
}

#[tokio::test]
async fn sound_store_has_no_findings_and_all_is_counted() {
    let report = report_after(|_| {}).await;
    assert!(report.is_sound(), "{report:#?}");
    let VerifyReport { entities, frames, records, appends, blobs, .. } = report;
    assert_eq!((entities, frames, records, appends, blobs), (2, 2 * COMMITS, 4, 4, 1));
    assert_eq!((report.claims, report.log_entries, report.outbox_open), (1, 1, 2 * COMMITS));
}

/// A corruption, the section in which it must be found, and a part of the sentence that names it.
type Corruption = (Section, &'static str, fn(&Files));

fn frame_corruptions() -> Vec<Corruption> {
    use Section::Feed;
    vec![
        (Feed, "frame 3: it is missing", |f| f.entity.remove(f.frame(3).0)),
        (Feed, "frame 1: it is missing", |f| f.entity.remove(f.frame(1).0)),
        (Feed, "frame 6: it is missing", |f| f.entity.remove(f.frame(6).0)),
        (Feed, "events of frame 3 were altered", |f| f.flip_frame(3, -1)),
        (Feed, "events of frame 6 were altered", |f| f.flip_frame(6, -1)),
        (Feed, "chain breaks at frame 2", |f| f.flip_frame(2, 1)),
        (Feed, "chain breaks at frame 4", |f| f.flip_frame(4, 40)),
        (Feed, "chain breaks at frame 5", |f| f.flip_frame(5, 50)),
        (Feed, "chain breaks at frame 5", |f| f.flip_frame(5, 100)),
        (Feed, "frame 3: it does not decode", |f| f.flip_frame(3, 0)),
        (Feed, "frame 7: it lies beyond the head", |f| f.add_row(FRAMES, &7_u64.to_be_bytes())),
        (Feed, "does not end in the head's hash", |f| Files::flip(&f.heads, b"", 40)),
        (Feed, "frame 7: it is missing", |f| Files::flip(&f.heads, b"", 16)),
        (Section::Head, "head: it does not decode", |f| Files::flip(&f.heads, b"", 0)),
    ]
}

fn row_corruptions() -> Vec<Corruption> {
    use Section::{Appends, Blobs, Claims, Logs, State};
    vec![
        (State, "record \"one\"", |f| f.damage_row(RECORDS, 0)),
        (State, "record \"one\"", |f| f.damage_row(RECORDS, 50)),
        (State, "record \"one\"", |f| f.replace_row(RECORDS)),
        (State, "site/00000000-0000-0000-0000-000000000008, record \"one\"", |f| {
            f.move_row(RECORDS);
        }),
        (State, "outbox record 1.0", |f| f.damage_row(OUTBOX, 0)),
        (State, "outbox record 1.0", |f| f.replace_row(OUTBOX)),
        (State, "outbox record 99.0", |f| {
            f.add_row(OUTBOX, &[&99_u64.to_be_bytes()[..], &[0; 4]].concat());
        }),
        (Appends, "append 1.1", |f| f.damage_row(APPENDS, 12)),
        (Appends, "append 1.1", |f| f.replace_row(APPENDS)),
        (Appends, "append 1.1", |f| f.move_row(APPENDS)),
        (Appends, "append with the key", |f| f.add_row(APPENDS, &[1, 2, 3])),
        (Blobs, "what its hash says", |f| Files::flip(&f.blobs, b"", 3)),
        (Blobs, "what its hash says", |f| Files::flip(&f.blobs, b"", 1)),
        (Blobs, "is named by a record and missing", Files::remove_blob),
        (Claims, "claim", |f| Files::flip(&f.platform, &[1], 0)),
        (Logs, "log", |f| Files::flip(&f.logs, b"", 0)),
    ]
}

#[tokio::test]
async fn every_planted_corruption_is_named() {
    let corruptions: Vec<_> = frame_corruptions().into_iter().chain(row_corruptions()).collect();
    assert!(corruptions.len() >= 20);
    for (section, sentence, plant) in corruptions {
        let report = report_after(plant).await;
        let named = report
            .findings
            .iter()
            .any(|finding| finding.section == section && finding.problem.contains(sentence));
        assert!(named, "{section}: {sentence:?} is not among {:#?}", report.findings);
    }
}

#[tokio::test]
async fn one_corruption_hides_no_other() {
    let report = report_after(|files| {
        files.damage_row(RECORDS, 0);
        files.damage_row(APPENDS, 12);
        files.flip_frame(2, 0);
        files.flip_frame(5, -1);
        files.remove_blob();
        Files::flip(&files.platform, &[1], 0);
    })
    .await;
    let found = |sentence: &str| report.findings.iter().any(|f| f.problem.contains(sentence));
    for sentence in ["record \"one\"", "append 1.1", "frame 2: it", "events of frame 5", "missing"]
    {
        assert!(found(sentence), "{sentence:?} is not among {:#?}", report.findings);
    }
    assert!(report.findings.iter().any(|finding| finding.section == Section::Claims));
}

#[tokio::test]
async fn backup_names_what_it_cannot_read_and_keeps_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("store");
    fill(&place).await;
    Files::open(&place).damage_row(RECORDS, 0);
    let store = EmbeddedStore::open(&place, EmbeddedOptions::default()).unwrap();
    let out = directory.path().join("backup");
    let options = BackupOptions { out: &out, parent: None, now: NOW, log_days: 30 };
    let manifest = backup(&store, options, |_| ControlFlow::Continue(())).await.unwrap();
    let [damaged, whole] = entities();
    assert!(!manifest.complete);
    assert_eq!(manifest.unread[0].what, damaged.to_string());
    assert!(manifest.unread[0].reason.contains("record \"one\""), "{manifest:#?}");
    let archive = Archive::open(&out).unwrap();
    assert!(archive.entities().map(|entry| entry.entity).eq([whole]));
}
