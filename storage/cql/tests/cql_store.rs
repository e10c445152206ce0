//! What this backend does in its own way: checkpoints, the beginning of the feed, schemas,
//! restores that broke off.

#![allow(clippy::unwrap_used)]

mod server;

use bytes::Bytes;
use futures::FutureExt;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, SiteId, TenantId, Timestamp};
use igny8_storage_api::{
    Append, BlobHash, Change, CommitId, CommitOutcome, Expected, Head, LogEntry, LogKey,
    LogPosition, LogRange, NewOutbox, OutboxKey, Record, Store, StoreError, Wake,
};
use igny8_storage_cql::{ConnectError, CqlOptions, CqlStore};
use server::{fresh_keyspace, keyspace, options};
use std::time::Duration;
use uuid::Uuid;

async fn open(change: impl FnOnce(&mut CqlOptions)) -> CqlStore {
    let mut options = options(keyspace());
    change(&mut options);
    CqlStore::connect(options).await.unwrap()
}

fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::new_v4())
}

fn site() -> EntityKey {
    EntityKey::site(tenant(), SiteId::from_uuid(Uuid::new_v4()))
}

fn bytes(text: impl ToString) -> Bytes {
    Bytes::from(text.to_string().into_bytes())
}

fn change() -> Change {
    Change { commit_id: CommitId(Uuid::new_v4().as_u128()), ..Change::default() }
}

async fn commit(store: &CqlStore, entity: &EntityKey, head: &mut Head, change: Change) {
    let expected = Expected { epoch: head.epoch, sequence: head.sequence };
    match store.commit(entity, expected, change).await.unwrap() {
        CommitOutcome::Applied(new) => *head = new,
        CommitOutcome::Fenced(other) => panic!("fenced by {other:?}"),
    }
}

/// The change number `number` of a history that writes, replaces, removes, opens and closes.
fn step(number: u64) -> Change {
    let closed = (number > 3).then(|| OutboxKey { sequence: Sequence(number - 3), index: 0 });
    Change {
        puts: vec![
            Record::new(format!("k{}", number % 7), bytes(number)),
            Record::new(format!("once{number}"), bytes("x")),
        ],
        deletes: vec![bytes(format!("once{}", number.saturating_sub(5)))],
        events: vec![bytes(number)],
        outbox: vec![NewOutbox { index: 0, body: bytes(number) }],
        closed: closed.into_iter().collect(),
        ..change()
    }
}

async fn assert_state_after(store: &CqlStore, entity: &EntityKey, last: u64) {
    let loaded = store.load(entity).await.unwrap().unwrap();
    assert_eq!(loaded.head.sequence, Sequence(last));
    let mut wanted: Vec<(String, String)> = Vec::new();
    for number in last.saturating_sub(6).max(1)..=last {
        wanted.push((format!("k{}", number % 7), number.to_string()));
    }
    for number in last.saturating_sub(4).max(1)..=last {
        wanted.push((format!("once{number}"), "x".into()));
    }
    wanted.sort();
    let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
    let records = loaded.records.iter().map(|record| (text(&record.key), text(&record.value)));
    assert_eq!(records.collect::<Vec<_>>(), wanted, "after {last}");
    let open: Vec<u64> = loaded.outbox.iter().map(|record| record.key.sequence.0).collect();
    assert_eq!(open, (last.saturating_sub(2).max(1)..=last).collect::<Vec<_>>(), "after {last}");
}

#[tokio::test]
async fn r14_state_is_the_same_whether_checkpointed_or_not() {
    for checkpoint_commits in [1, 5, 1_000] {
        let store = open(|options| options.checkpoint_commits = checkpoint_commits).await;
        let other = open(|_| {}).await;
        let entity = site();
        let mut head = store.take(&entity).await.unwrap();
        for number in 1..=40 {
            commit(&store, &entity, &mut head, step(number)).await;
            if number % 9 == 0 || number > 37 {
                assert_state_after(&other, &entity, number).await;
            }
        }
        store.close().await;
        assert_state_after(&other, &entity, 40).await;
    }
}

/// Checkpoints that are broken off at any point leave a state that loads, and that the next owner
/// goes on from.
#[tokio::test]
async fn r7_broken_off_checkpoints_lose_nothing() {
    let entity = site();
    let mut last = 0;
    let reader = open(|_| {}).await;
    for round in 0..12_u64 {
        let store = open(|options| options.checkpoint_commits = 2).await;
        let mut head = store.take(&entity).await.unwrap();
        for _ in 0..(3 + round % 3) {
            last += 1;
            commit(&store, &entity, &mut head, step(last)).await;
        }
        // Its session goes away with it, in the middle of whatever it does.
        drop(store);
        assert_state_after(&reader, &entity, last).await;
    }
}

#[tokio::test]
async fn r11_large_changes_are_checkpointed_in_steps() {
    let store = open(|options| options.checkpoint_commits = 3).await;
    let entity = site();
    let mut head = store.take(&entity).await.unwrap();
    for round in 0..6_u32 {
        let noise = |number: u32| {
            let seed = (round * 1_000 + number).to_be_bytes();
            let parts =
                (0..2_000_u32).flat_map(|i| BlobHash::of(&[seed, i.to_be_bytes()].concat()).0);
            Bytes::from(parts.collect::<Vec<u8>>())
        };
        let puts = (0..10).map(|number| Record::new(format!("large{number}"), noise(number)));
        let small = (0..200).map(|number| Record::new(format!("small{number}"), bytes(round)));
        let puts = puts.chain(small).collect();
        commit(&store, &entity, &mut head, Change { puts, ..change() }).await;
    }
    let before = store.load(&entity).await.unwrap().unwrap();
    assert_eq!(before.records.len(), 210);
    store.close().await;
    let after = open(|_| {}).await.load(&entity).await.unwrap().unwrap();
    assert!(before == after);
}

#[tokio::test]
async fn r10_trimmed_feed_says_truncated_and_keeps_the_rest() {
    let store = open(|options| {
        options.feed_commits_kept = 50;
        options.checkpoint_commits = 10;
    })
    .await;
    let entity = site();
    let mut head = store.take(&entity).await.unwrap();
    for number in 1..=200 {
        commit(&store, &entity, &mut head, step(number)).await;
    }
    store.close().await;
    let store = open(|_| {}).await;
    let page = store.feed(&entity, Sequence(0), 1_000).await.unwrap();
    assert!(page.truncated && page.frames.is_empty() && !page.more);
    assert!((64..=150).contains(&page.floor.sequence.0), "{:?}", page.floor);
    let floor = page.floor;
    let page = store.feed(&entity, floor.sequence, 1_000).await.unwrap();
    assert!(!page.truncated && !page.more);
    assert_eq!(page.frames.len() as u64, 200 - floor.sequence.0);
    let mut chain = floor.chain;
    for frame in &page.frames {
        chain = frame.digest.chain(&chain, frame.epoch, frame.sequence, frame.commit_id);
        assert_eq!(chain, frame.chain);
    }
    assert_eq!(chain, head.chain);
    assert_state_after(&store, &entity, 200).await;
}

#[tokio::test]
async fn r5_compaction_of_many_runs_deletes_only_what_it_read() {
    let store = open(|_| {}).await;
    let entity = site();
    let mut head = store.take(&entity).await.unwrap();
    let rows = (1..=400).map(|number| Append { sequence: Sequence(number), body: bytes(number) });
    store.append(&entity, head.epoch, rows.collect()).await.unwrap();
    // Every second one, so that each is a run of its own, more of them than a text holds.
    let compacted: Vec<_> = (1..=400).step_by(2).map(|n| (Epoch(1), Sequence(n))).collect();
    commit(&store, &entity, &mut head, Change { compacted, ..change() }).await;
    let left = store.appends(&entity).await.unwrap();
    let wanted: Vec<u64> = (2..=400).step_by(2).collect();
    assert_eq!(left.iter().map(|row| row.sequence.0).collect::<Vec<_>>(), wanted);
    let compacted = left.iter().map(|row| (row.epoch, row.sequence)).collect();
    let appends = vec![Append { sequence: Sequence(2), body: bytes("again") }];
    commit(&store, &entity, &mut head, Change { compacted, appends, ..change() }).await;
    let left = store.appends(&entity).await.unwrap();
    assert_eq!(left.iter().map(|row| row.body.clone()).collect::<Vec<_>>(), [bytes("again")]);
}

#[tokio::test]
async fn r7_restored_entity_goes_on_where_the_image_was_taken() {
    let store = open(|options| options.checkpoint_commits = 4).await;
    let entity = site();
    let mut head = store.take(&entity).await.unwrap();
    for number in 1..=11 {
        commit(&store, &entity, &mut head, step(number)).await;
    }
    let append = Append { sequence: Sequence(1), body: bytes("typed") };
    store.append(&entity, head.epoch, vec![append]).await.unwrap();
    store.set_wake(&entity, head.epoch, Some(Timestamp::from_millis(5_000))).await.unwrap();
    let image = store.image(&entity).await.unwrap().unwrap();
    let fenced = store.restore(&entity, image.clone()).await.unwrap();
    assert_eq!(fenced, CommitOutcome::Fenced(head));
    // The same image in another keyspace, after some attempts that broke off.
    let other = CqlStore::connect(options(&fresh_keyspace())).await.unwrap();
    for steps in [1, 4, 6, 9, 12] {
        let mut restore = Box::pin(other.restore(&entity, image.clone()));
        for _ in 0..steps {
            if (&mut restore).now_or_never().is_some() {
                panic!("the restore ended before it was broken off");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        drop(restore);
        assert_eq!(other.load(&entity).await.unwrap(), None);
        assert_eq!(other.head(&entity).await.unwrap(), None);
    }
    assert_eq!(other.restore(&entity, image.clone()).await.unwrap(), CommitOutcome::Applied(head));
    assert!(other.image(&entity).await.unwrap().unwrap() == image);
    let mut head = other.take(&entity).await.unwrap();
    for number in 12..=30 {
        commit(&other, &entity, &mut head, step(number)).await;
    }
    assert_state_after(&other, &entity, 30).await;
}

#[tokio::test]
async fn r14_blob_that_is_written_again_survives_a_collection_of_the_old_one() {
    let store = open(|_| {}).await;
    let tenant = tenant();
    let at = Timestamp::from_millis;
    let large: Vec<u8> = (0..60_000_u32).flat_map(|i| BlobHash::of(&i.to_be_bytes()).0).collect();
    let old = store.put_blob(tenant, Bytes::from(large.clone()), at(1_000)).await.unwrap();
    let gone = store.put_blob(tenant, bytes("gone"), at(1_000)).await.unwrap();
    store.put_blob(tenant, Bytes::from(large.clone()), at(9_000)).await.unwrap();
    let collected = store.collect_blobs(tenant, at(5_000)).await.unwrap();
    assert_eq!((collected.kept, collected.removed), (1, 1));
    assert_eq!(store.blob(tenant, old).await.unwrap().as_deref(), Some(&large[..]));
    assert_eq!(store.blob(tenant, gone).await.unwrap(), None);
    // Removed and written anew: also with an older `now` than the collection's.
    store.put_blob(tenant, bytes("gone"), at(2_000)).await.unwrap();
    assert_eq!(store.blob(tenant, gone).await.unwrap(), Some(bytes("gone")));
}

#[tokio::test]
async fn r14_hints_of_a_forgotten_slot_are_found_again() {
    let store = open(|_| {}).await;
    let entity = site();
    // A quarter of an hour that no other test uses.
    let due = Timestamp::from_millis(-900_000 * 1_000);
    let mine = |wakes: Vec<Wake>| wakes.into_iter().filter(|wake| wake.entity == entity).count();
    for _ in 0..2 {
        store.set_wake(&entity, Epoch(1), Some(due)).await.unwrap();
        assert_eq!(mine(store.due_wakes(due, 100).await.unwrap()), 1);
        store.set_wake(&entity, Epoch(1), None).await.unwrap();
        // Finds the slot empty.
        assert_eq!(mine(store.due_wakes(due, 100).await.unwrap()), 0);
    }
    assert_eq!(store.wake(&entity).await.unwrap(), None);
}

#[tokio::test]
async fn r14_log_is_read_over_any_range() {
    let store = open(|_| {}).await;
    let log = LogKey { tenant: tenant(), stream: "task/1".into() };
    let day = 86_400_000;
    let entry = |at: i64, number| LogEntry {
        position: LogPosition { at: Timestamp::from_millis(at), number },
        expires: Timestamp::from_millis(40 * day),
        body: bytes(at),
    };
    let entries: Vec<LogEntry> = (0..30).map(|number| entry(number * day + 5, 1)).collect();
    store.append_log(&log, entries.clone()).await.unwrap();
    let range = LogRange {
        from: Timestamp::from_millis(i64::MIN),
        until: Timestamp::from_millis(i64::MAX),
        after: Some(entries[3].position),
        limit: 10,
    };
    let read = store.log(&log, range, Timestamp::from_millis(0)).await.unwrap();
    assert_eq!(read, entries[4..14]);
    let expired = store.log(&log, range, Timestamp::from_millis(40 * day)).await.unwrap();
    assert_eq!(expired, []);
    assert_eq!(store.logs(log.tenant, None, 5).await.unwrap(), ["task/1"]);
}

#[tokio::test]
async fn r14_nodes_that_start_at_once_make_the_tables_once() {
    let keyspace = fresh_keyspace();
    let nodes = (0..4).map(|_| CqlStore::connect(options(&keyspace)));
    let stores: Vec<_> = futures::future::try_join_all(nodes).await.unwrap();
    let entity = site();
    for (number, store) in (1..).zip(&stores) {
        assert_eq!(store.take(&entity).await.unwrap().epoch, Epoch(number));
    }
}

#[tokio::test]
async fn r14_tables_of_a_later_version_are_refused() {
    let keyspace = fresh_keyspace();
    CqlStore::connect(options(&keyspace)).await.unwrap();
    let node = &server::contact_points()[0];
    let session = scylla::client::session_builder::SessionBuilder::new().known_node(node);
    let session = session.build().await.unwrap();
    let text =
        format!("UPDATE {keyspace}.schema_version SET version = 99 WHERE place = 0 IF EXISTS");
    session.query_unpaged(text, ()).await.unwrap();
    let refused = CqlStore::connect(options(&keyspace)).await.err();
    assert!(matches!(refused, Some(ConnectError::NewerSchema { found: 99, .. })), "{refused:?}");
}

#[tokio::test]
async fn server_that_does_not_answer_is_named() {
    let options = CqlOptions::new(["127.0.0.1:1"], "igny8");
    let error = CqlStore::connect(options).await.err().unwrap().to_string();
    assert!(error.contains("127.0.0.1:1"), "{error}");
}

/// A damaged row is told as such, never as absence.
#[tokio::test]
async fn r7_damage_is_never_absence() {
    let store = open(|_| {}).await;
    let entity = site();
    let mut head = store.take(&entity).await.unwrap();
    commit(&store, &entity, &mut head, step(1)).await;
    let node = &server::contact_points()[0];
    let session = scylla::client::session_builder::SessionBuilder::new().known_node(node);
    let session = session.build().await.unwrap();
    let text = format!(
        "UPDATE {}.entity SET change = 0x01 WHERE scope = ? AND kind = 3 AND id = ? \
         AND section = 4 AND key = 0x0000000000000001",
        keyspace()
    );
    let igny8_protocol_ids::Scope::Tenant(tenant) = entity.scope else { unreachable!() };
    let scope = [&[1], tenant.uuid().as_bytes().as_slice()].concat();
    session.query_unpaged(text, (scope, entity.id)).await.unwrap();
    let damaged = store.load(&entity).await;
    assert!(matches!(damaged, Err(StoreError::Corrupt { .. })), "{damaged:?}");
}
