//! R10: feeds without gaps.

use crate::Backend;
use crate::fixture::{Owner, change, event, record, site, whole_feed};
use bytes::Bytes;
use igny8_protocol_ids::Sequence;
use igny8_storage_api::{
    BlobHash, Change, ChangeDigest, FeedPage, Floor, Record, Store, digest_events, limits,
};

const BEGINNING: Floor = Floor { sequence: Sequence(0), chain: [0; 32] };
const NOTHING: FeedPage =
    FeedPage { frames: Vec::new(), floor: BEGINNING, truncated: false, more: false };

/// One entry per commit, with its events in their order.
pub async fn r10_feed_has_each_commit_once_in_order<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    for number in 0..20 {
        let events = vec![Bytes::from(format!("{number}a")), Bytes::from(format!("{number}b"))];
        owner.commit(Change { events, ..change() }).await;
    }
    let feed = whole_feed(&*store, &owner.entity, 1_000).await;
    let wanted = (0..20).map(|number| (1, vec![format!("{number}a"), format!("{number}b")]));
    assert_eq!(feed, wanted.collect::<Vec<_>>());
}

/// Pages of every size join to the same feed.
pub async fn r10_pages_join_without_gap_or_repetition<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    for number in 0..13 {
        owner.commit(event(&number.to_string())).await;
    }
    let whole = whole_feed(&*store, &owner.entity, 1_000).await;
    assert_eq!(whole.len(), 13);
    for page in [1, 2, 5, 13] {
        assert_eq!(whole_feed(&*store, &owner.entity, page).await, whole);
    }
}

/// A commit without events still has its place: else its readers would see a gap.
pub async fn r10_commit_without_events_has_an_entry<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    owner.commit(change()).await;
    owner.commit(event("b")).await;
    let feed = whole_feed(&*store, &owner.entity, 10).await;
    assert_eq!(feed, [(1, vec![]), (1, vec!["b".to_owned()])]);
}

/// Who is at the end, or beyond it, gets nothing and no promise.
pub async fn r10_feed_at_its_end_is_empty<B: Backend>(backend: B) {
    let store = backend.open().await;
    assert_eq!(store.feed(&site(), Sequence(0), 10).await.unwrap(), NOTHING);
    let mut owner = Owner::take(&store, site()).await;
    assert_eq!(store.feed(&owner.entity, Sequence(0), 10).await.unwrap(), NOTHING);
    owner.commit(event("a")).await;
    for after in [1, 2, u64::MAX] {
        assert_eq!(store.feed(&owner.entity, Sequence(after), 10).await.unwrap(), NOTHING);
    }
}

/// A feed goes on across a change of owner.
pub async fn r10_feed_crosses_epochs<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut first = Owner::take(&store, site()).await;
    first.commit(event("a")).await;
    let mut second = Owner::take(&store, first.entity).await;
    second.commit(event("b")).await;
    let feed = whole_feed(&*store, &first.entity, 1).await;
    assert_eq!(feed, [(1, vec!["a".to_owned()]), (2, vec!["b".to_owned()])]);
}

/// A reader that pages while the owner writes sees no gap and, in the end, everything.
pub async fn r10_feed_read_while_writing_has_no_gap<B: Backend>(backend: B) {
    const COMMITS: usize = 150;
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let entity = owner.entity;
    let writing = tokio::spawn(async move {
        for number in 0..COMMITS {
            owner.commit(event(&number.to_string())).await;
        }
    });
    let mut seen = 0;
    while seen < COMMITS {
        let feed = whole_feed(&*store, &entity, 4).await;
        assert!(feed.len() >= seen, "what was seen is gone");
        seen = feed.len();
    }
    writing.await.unwrap();
    let numbers: Vec<_> = (0..COMMITS).map(|number| (1, vec![number.to_string()])).collect();
    assert_eq!(whole_feed(&*store, &entity, 1_000).await, numbers);
}

/// A page is bounded even if more is asked for.
pub async fn r11_feed_page_is_bounded<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    for _ in 0..3 {
        owner.commit(event("a")).await;
    }
    let page = store.feed(&owner.entity, Sequence(0), usize::MAX).await.unwrap();
    assert!(page.frames.len() <= limits::FEED_PAGE_MAX);
    assert_eq!((page.frames.len(), page.more), (3, false));
    let page = store.feed(&owner.entity, Sequence(0), 2).await.unwrap();
    assert_eq!((page.frames.len(), page.more), (2, true));
}

/// Frames are what the chain is made of: whoever reads them can check every commit.
pub async fn r10_frames_chain_up_to_the_head<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let mut changes = Vec::new();
    for number in 0..6_u8 {
        if number == 3 {
            owner = Owner::take(&store, owner.entity).await;
        }
        let named = Record { blobs: vec![BlobHash([number; 32])], ..record("key", "value") };
        let change = Change {
            puts: vec![named],
            events: vec![Bytes::from(vec![number; 3]); usize::from(number)],
            ..change()
        };
        owner.commit(change.clone()).await;
        changes.push(change);
    }
    let page = store.feed(&owner.entity, Sequence(0), 100).await.unwrap();
    assert_eq!((page.floor, page.frames.len()), (BEGINNING, changes.len()));
    let mut chain = page.floor.chain;
    for (frame, change) in page.frames.iter().zip(&changes) {
        assert_eq!(frame.commit_id, change.commit_id);
        assert_eq!(frame.events, change.events);
        assert_eq!(frame.digest, ChangeDigest::of(change));
        assert_eq!(frame.digest.events, digest_events(&frame.events));
        chain = frame.digest.chain(&chain, frame.epoch, frame.sequence, frame.commit_id);
        assert_eq!(frame.chain, chain);
    }
    assert_eq!(chain, owner.head.chain);
}

/// Every page says where the kept frames begin, also one at the end.
pub async fn r10_every_page_names_the_floor<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    for number in 0..4 {
        owner.commit(event(&number.to_string())).await;
    }
    for after in [0, 2, 4, 9] {
        let page = store.feed(&owner.entity, Sequence(after), 1).await.unwrap();
        assert_eq!((page.floor, page.truncated), (BEGINNING, false));
    }
}
