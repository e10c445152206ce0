//! R11: bounds. What is at a bound is kept, what is above it is refused and changes nothing.

use crate::Backend;
use crate::fixture::{Owner, append, bytes, change, expected, name, site, tenant};
use bytes::Bytes;
use igny8_protocol_ids::{Epoch, Timestamp};
use igny8_storage_api::{Append, Change, NewOutbox, Record, Store, StoreError, limits};

fn zeros(length: usize) -> Bytes {
    Bytes::from(vec![0; length])
}

/// The largest key and the largest value are kept.
pub async fn r11_record_at_the_bounds_is_kept<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let record = Record::new(zeros(limits::RECORD_KEY_BYTES_MAX), zeros(limits::VALUE_BYTES_MAX));
    owner.commit(Change { puts: vec![record.clone()], ..change() }).await;
    let loaded = store.load(&owner.entity).await.unwrap().unwrap();
    assert!(loaded.records == [record]);
}

/// A commit at its bound is kept as a whole.
pub async fn r11_commit_at_the_bound_is_kept<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let pieces = limits::COMMIT_BYTES_MAX / limits::VALUE_BYTES_MAX;
    let events = vec![zeros(limits::VALUE_BYTES_MAX); pieces];
    owner.commit(Change { events: events.clone(), ..change() }).await;
    let page = store.feed(&owner.entity, igny8_protocol_ids::Sequence(0), 10).await.unwrap();
    assert!(page.frames[0].events == events);
}

/// Whatever of a commit is too large, the whole commit is refused, and the owner may go on.
pub async fn r11_commit_above_a_bound_is_refused<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let large = zeros(limits::VALUE_BYTES_MAX + 1);
    let long_key = zeros(limits::RECORD_KEY_BYTES_MAX + 1);
    let pieces = limits::COMMIT_BYTES_MAX / limits::VALUE_BYTES_MAX + 1;
    let changes = [
        Change { puts: vec![Record::new("key", large.clone())], ..change() },
        Change { puts: vec![Record::new(long_key.clone(), "value")], ..change() },
        Change { deletes: vec![long_key], ..change() },
        Change { events: vec![large.clone()], ..change() },
        Change { outbox: vec![NewOutbox { index: 0, body: large.clone() }], ..change() },
        Change { appends: vec![Append { body: large, ..append(1, "") }], ..change() },
        Change { events: vec![zeros(limits::VALUE_BYTES_MAX); pieces], ..change() },
    ];
    for change in changes {
        let refused = store.commit(&owner.entity, expected(&owner.head), change).await;
        assert!(matches!(refused, Err(StoreError::TooLarge { .. })), "{refused:?}");
    }
    assert_eq!(store.head(&owner.entity).await.unwrap(), Some(owner.head));
    owner.commit(change()).await;
}

/// So are appends, blobs and claims.
pub async fn r11_other_writes_above_a_bound_are_refused<B: Backend>(backend: B) {
    let store = backend.open().await;
    let large = Append { body: zeros(limits::VALUE_BYTES_MAX + 1), ..append(1, "") };
    let refused = store.append(&site(), Epoch(1), vec![large]).await;
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    let refused = store
        .put_blob(tenant(), zeros(limits::BLOB_BYTES_MAX + 1), Timestamp::from_millis(0))
        .await;
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    let long = "n".repeat(limits::CLAIM_NAME_BYTES_MAX + 1);
    let refused = store.claim(&long, bytes("value")).await;
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
}

/// A claim's name at its bound is kept whole.
pub async fn r11_longest_claim_is_kept<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut long = name("mail");
    long.push_str(&"n".repeat(limits::CLAIM_NAME_BYTES_MAX - long.len()));
    store.claim(&long, bytes("value")).await.unwrap();
    assert_eq!(store.claimed(&long).await.unwrap(), Some(bytes("value")));
    assert_eq!(store.claimed(&long[..long.len() - 1]).await.unwrap(), None);
}

/// A change of many small parts is one commit.
pub async fn r11_commit_of_many_records_is_kept<B: Backend>(backend: B) {
    const RECORDS: u32 = 5_000;
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let key = |number: u32| Bytes::copy_from_slice(&number.to_be_bytes());
    let puts: Vec<_> = (0..RECORDS).map(|number| Record::new(key(number), key(number))).collect();
    owner.commit(Change { puts: puts.clone(), ..change() }).await;
    assert!(store.load(&owner.entity).await.unwrap().unwrap().records == puts);
    let deletes = (1..RECORDS).map(key).collect();
    owner.commit(Change { deletes, ..change() }).await;
    assert!(store.load(&owner.entity).await.unwrap().unwrap().records == puts[..1]);
}
