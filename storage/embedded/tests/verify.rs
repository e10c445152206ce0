//! Corruptions that are planted behind the store's back, each of which `verify` must name.

// Outside of test functions, too, a failure is a failed test.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId, Timestamp};
use igny8_storage_api::{
    Append, Change, CommitId, CommitOutcome, Expected, NewOutbox, Record, Store,
};
use igny8_storage_embedded::raw::{RawSpace, RawStore};
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore, VerifyReport};
use std::path::Path;
use uuid::Uuid;

const COMMITS: u64 = 6;

fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(7))
}

async fn fill(directory: &Path) {
    let store = EmbeddedStore::open(directory, EmbeddedOptions::default()).unwrap();
    let entity = EntityKey::tenant(tenant());
    let mut head = store.take(&entity).await.unwrap();
    for number in 1..=COMMITS {
        let body = Bytes::from(format!("body {number}"));
        let change = Change {
            commit_id: CommitId(u128::from(number)),
            puts: vec![Record::new("record", body.clone())],
            events: vec![body.clone()],
            outbox: vec![NewOutbox { index: 0, body }],
            ..Change::default()
        };
        let expected = Expected { epoch: head.epoch, sequence: head.sequence };
        let outcome = store.commit(&entity, expected, change).await.unwrap();
        let CommitOutcome::Applied(applied) = outcome else { panic!("fenced") };
        head = applied;
    }
    let row = Append { sequence: Sequence(1), body: Bytes::from_static(b"update") };
    store.append(&entity, Epoch(1), vec![row]).await.unwrap();
    store
        .put_blob(tenant(), Bytes::from_static(b"a blob"), Timestamp::from_millis(1))
        .await
        .unwrap();
    store.close().await;
}

/// The engine's own view of the files.
struct Files {
    heads: RawSpace,
    entity: RawSpace,
    blobs: RawSpace,
}

impl Files {
    fn open(directory: &Path) -> Self {
        let store = RawStore::open(directory).unwrap();
        let [heads, entity, blobs] = ["heads", "entity", "blobs"].map(|name| store.space(name));
        Self { heads, entity, blobs }
    }

    /// The rows of one section of the only entity: 1 records, 2 outbox, 3 appends, 4 frames.
    fn rows(&self, section: u8) -> Vec<(Vec<u8>, Vec<u8>)> {
        let rows = self.entity.rows().into_iter();
        rows.filter(|(key, _)| key[34] == section).collect()
    }

    fn frame(&self, sequence: usize) -> (Vec<u8>, Vec<u8>) {
        self.rows(4).swap_remove(sequence - 1)
    }

    /// Changes one byte of a frame, counted from its end if negative.
    fn flip_frame(&self, sequence: usize, at: isize) {
        let (key, mut value) = self.frame(sequence);
        let at =
            if at < 0 { value.len().checked_add_signed(at).unwrap() } else { at.unsigned_abs() };
        value[at] ^= 1;
        self.entity.insert(key, value);
    }

    fn flip(space: &RawSpace, at: usize) {
        let (key, mut value) = space.rows().swap_remove(0);
        value[at] ^= 1;
        space.insert(key, value);
    }

    fn damage_row(&self, section: u8) {
        let (key, mut value) = self.rows(section).swap_remove(0);
        value[0] = 0xee;
        self.entity.insert(key, value);
    }

    fn add_row(&self, section: u8, tail: &[u8]) {
        let (mut key, value) = self.rows(section).swap_remove(0);
        key.truncate(35);
        key.extend_from_slice(tail);
        self.entity.insert(key, value);
    }
}

async fn report_after(plant: impl FnOnce(&Files)) -> VerifyReport {
    let directory = tempfile::tempdir().unwrap();
    fill(directory.path()).await;
    plant(&Files::open(directory.path()));
    let store = EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap();
    store.verify(|_| {}).unwrap()
}

#[tokio::test]
async fn sound_store_has_no_findings_and_all_is_counted() {
    let report = report_after(|_| {}).await;
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.seen.entities, report.seen.frames, report.seen.blobs), (1, COMMITS, 1));
    assert_eq!((report.records, report.appends, report.outbox_open), (1, 1, COMMITS));
}

/// A corruption and a part of the sentence that names it.
type Corruption = (&'static str, fn(&Files));

#[tokio::test]
async fn every_planted_corruption_is_named() {
    let corruptions: Vec<Corruption> = vec![
        ("frame 4 follows where 3 is due", |f| f.entity.remove(f.frame(3).0)),
        ("frame 2 follows where 1 is due", |f| f.entity.remove(f.frame(1).0)),
        ("frames end at 5, the head says 6", |f| f.entity.remove(f.frame(6).0)),
        ("events of frame 3 were altered", |f| f.flip_frame(3, -1)),
        ("events of frame 6 were altered", |f| f.flip_frame(6, -1)),
        ("chain breaks at frame 2", |f| f.flip_frame(2, 1)),
        ("chain breaks at frame 4", |f| f.flip_frame(4, 40)),
        ("chain breaks at frame 5", |f| f.flip_frame(5, 50)),
        ("chain breaks at frame 5", |f| f.flip_frame(5, 100)),
        ("frame 3 does not decode", |f| f.flip_frame(3, 0)),
        ("frames end at 7, the head says 6", |f| f.add_row(4, &7_u64.to_be_bytes())),
        ("frame with the key \"\\x01\"", |f| f.add_row(4, &[1])),
        ("record \"record\": it does not decode", |f| f.damage_row(1)),
        ("outbox record 1.0: it does not decode", |f| f.damage_row(2)),
        ("append 1.1: it does not decode", |f| f.damage_row(3)),
        ("outbox record 99.0: it does not decode in this place", |f| {
            f.add_row(2, &[&99_u64.to_be_bytes()[..], &[0; 4]].concat());
        }),
        ("append with the key \"\\x01\\x02\\x03\"", |f| f.add_row(3, &[1, 2, 3])),
        (", head: it does not decode", |f| Files::flip(&f.heads, 0)),
        ("frames end at 6, the head says 7", |f| Files::flip(&f.heads, 16)),
        ("does not end in the head's hash", |f| Files::flip(&f.heads, 40)),
        ("is not what its hash says", |f| Files::flip(&f.blobs, 3)),
        ("is not what its hash says", |f| Files::flip(&f.blobs, 1)),
    ];
    for (sentence, plant) in corruptions {
        let report = report_after(plant).await;
        let named = report.findings.iter().any(|finding| finding.problem.contains(sentence));
        assert!(named, "{sentence:?} is not among {:?}", report.findings);
    }
}
