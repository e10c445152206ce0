//! R4 and R14: a change happens as a whole, and the state is what the changes made of it.

use crate::Backend;
use crate::fixture::{
    Owner, append, bytes, change, event, outbox, put, record, site, text, whole_feed,
};
use bytes::Bytes;
use futures::future::join_all;
use igny8_protocol_ids::Sequence;
use igny8_storage_api::{Change, ChangeDigest, OpenOutbox, OutboxKey, Record, Store};

/// A change with something of everything.
fn full_change() -> Change {
    Change {
        puts: vec![record("record", "new")],
        events: vec![bytes("happened")],
        outbox: outbox(&["do this", "and that"]),
        appends: vec![append(1, "update")],
        ..change()
    }
}

/// All parts of a change are there after it.
pub async fn r4_all_parts_of_a_commit_are_there<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    owner.commit(full_change()).await;
    let loaded = store.load(&owner.entity).await.unwrap().unwrap();
    assert_eq!(loaded.records, [record("record", "new")]);
    let bodies: Vec<_> = loaded.outbox.iter().map(|record| text(&record.body)).collect();
    assert_eq!(bodies, ["do this", "and that"]);
    assert_eq!(whole_feed(&*store, &owner.entity, 9).await, [(1, vec!["happened".to_owned()])]);
    let appends = store.appends(&owner.entity).await.unwrap();
    assert_eq!(appends.len(), 1);
    assert_eq!((appends[0].epoch, appends[0].sequence), (owner.head.epoch, Sequence(1)));
}

/// No part of a fenced change is there.
pub async fn r4_no_part_of_a_fenced_commit_is_there<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut old = Owner::take(&store, site()).await;
    old.commit(Change {
        puts: vec![record("record", "old"), record("other", "old")],
        outbox: outbox(&["open"]),
        appends: vec![append(7, "kept")],
        ..change()
    })
    .await;
    let before = (
        store.take(&old.entity).await.unwrap(),
        store.load(&old.entity).await.unwrap(),
        store.appends(&old.entity).await.unwrap(),
    );
    old.attempt(Change {
        deletes: vec![bytes("other")],
        closed: vec![OutboxKey { sequence: Sequence(1), index: 0 }],
        compacted: vec![(old.head.epoch, Sequence(7))],
        ..full_change()
    })
    .await;
    let after = (
        store.head(&old.entity).await.unwrap().unwrap(),
        store.load(&old.entity).await.unwrap(),
        store.appends(&old.entity).await.unwrap(),
    );
    assert_eq!(after, before);
}

/// Outbox records carry the sequence of their commit and come in the order of their keys.
pub async fn r4_outbox_is_keyed_by_commit_and_place<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    owner.commit(Change { outbox: outbox(&["a", "b"]), ..change() }).await;
    owner.commit(change()).await;
    owner.commit(Change { outbox: outbox(&["c"]), ..change() }).await;
    let open = store.load(&owner.entity).await.unwrap().unwrap().outbox;
    let open_record = |sequence, index, body| OpenOutbox {
        key: OutboxKey { sequence: Sequence(sequence), index },
        body: bytes(body),
    };
    assert_eq!(open, [open_record(1, 0, "a"), open_record(1, 1, "b"), open_record(3, 0, "c")]);
}

/// An effect is open until the commit that closes it; closing it twice changes nothing.
pub async fn r4_outbox_stays_open_until_closed<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    owner.commit(Change { outbox: outbox(&["a", "b"]), ..change() }).await;
    let mut next = Owner::take(&store, owner.entity).await;
    let closed = vec![OutboxKey { sequence: Sequence(1), index: 0 }];
    for _ in 0..2 {
        next.commit(Change { closed: closed.clone(), ..change() }).await;
        let open = store.load(&owner.entity).await.unwrap().unwrap().outbox;
        assert_eq!(open.iter().map(|record| text(&record.body)).collect::<Vec<_>>(), ["b"]);
    }
}

/// Puts replace, deletes remove, deleting what is absent is nothing.
pub async fn r14_puts_replace_and_deletes_remove<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    owner.commit(put("a", "1")).await;
    owner.commit(put("b", "1")).await;
    owner.commit(put("a", "2")).await;
    let deletes = vec![bytes("b"), bytes("absent")];
    owner.commit(Change { deletes, ..change() }).await;
    assert_eq!(owner.records().await, [("a".to_owned(), "2".to_owned())]);
}

/// Within a change removals come first, and of two puts the last stays.
pub async fn r14_removals_come_first_and_the_last_put_stays<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    owner.commit(put("key", "old")).await;
    owner
        .commit(Change {
            puts: vec![record("key", "first"), record("key", "last")],
            deletes: vec![bytes("key")],
            ..change()
        })
        .await;
    assert_eq!(owner.records().await, [("key".to_owned(), "last".to_owned())]);
}

/// Records come in the bytewise order of their keys, whatever bytes and lengths they have.
pub async fn r14_records_come_in_the_order_of_their_keys<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let mut keys: Vec<Bytes> = [&b"b"[..], b"", b"a\0", b"a", &[0xff; 256], &[0], &[0xff], b"ab"]
        .map(Bytes::copy_from_slice)
        .to_vec();
    let puts = keys.iter().map(|key| Record::new(key.clone(), key.clone())).collect();
    owner.commit(Change { puts, ..change() }).await;
    keys.sort();
    let loaded = store.load(&owner.entity).await.unwrap().unwrap();
    let wanted = keys.iter().map(|key| Record::new(key.clone(), key.clone()));
    assert_eq!(loaded.records, wanted.collect::<Vec<_>>());
}

/// A load beside a writer sees one moment: all of a commit or nothing, at the head it names.
pub async fn r14_load_sees_one_moment<B: Backend>(backend: B) {
    const COMMITS: u64 = 120;
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let (entity, reader) = (owner.entity, store.clone());
    let reading = tokio::spawn(async move {
        loop {
            let loaded = reader.load(&entity).await.unwrap().unwrap();
            let number = loaded.head.sequence.0;
            for record in &loaded.records {
                assert_eq!(text(&record.value), number.to_string(), "a load mixes two moments");
            }
            let wanted = if number == 0 { 0 } else { 20 };
            assert_eq!(loaded.records.len(), wanted);
            assert_eq!(loaded.outbox.len(), usize::from(number > 0));
            if number == COMMITS {
                return;
            }
        }
    });
    for number in 1..=COMMITS {
        let value = bytes(&number.to_string());
        let puts = (0..20).map(|key: u32| Record::new(key.to_string(), value.clone())).collect();
        let closed = vec![OutboxKey { sequence: Sequence(number - 1), index: 0 }];
        owner.commit(Change { puts, closed, outbox: outbox(&["x"]), ..change() }).await;
    }
    reading.await.unwrap();
}

/// The head's chain hash is the contract's, so that a feed can be carried between backends.
pub async fn r14_chain_is_computed_as_the_contract_says<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let mut chain = owner.head.chain;
    assert_eq!(chain, [0; 32]);
    for change in [full_change(), event("b"), put("c", "d")] {
        let digest = ChangeDigest::of(&change);
        let head = owner.commit(change).await;
        chain = digest.chain(&chain, head.epoch, head.sequence, head.commit_id);
        assert_eq!(head.chain, chain);
    }
    assert_eq!(store.take(&owner.entity).await.unwrap().chain, chain);
}

/// Many entities written at the same time do not disturb each other.
pub async fn r14_entities_written_together_stay_apart<B: Backend>(backend: B) {
    let store = backend.open().await;
    let writers = (0..32).map(|writer: usize| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut owner = Owner::take(&store, site()).await;
            for step in 0..10 {
                owner.commit(put(&step.to_string(), &writer.to_string())).await;
            }
            let records = owner.records().await;
            assert_eq!(records.len(), 10);
            assert!(records.iter().all(|(_, value)| *value == writer.to_string()));
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
}
