//! R2: whatever writers do at the same time, there is one order of it.

use crate::Backend;
use crate::fixture::{event, expected, site, whole_feed};
use crate::history::{Seen, Step, contradiction};
use futures::future::join_all;
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::{CommitOutcome, Head, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const WRITERS: usize = 5;
const ROUNDS: usize = 8;
const COMMITS: usize = 3;

/// One writer, with its own part of the history.
struct Writer<S> {
    store: Arc<S>,
    entity: EntityKey,
    clock: Arc<AtomicU64>,
    steps: Vec<Step>,
}

impl<S: Store> Writer<S> {
    fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    fn note(&mut self, asked: u64, seen: Seen) {
        let answered = self.tick();
        self.steps.push(Step { asked, answered, seen });
    }

    async fn take(&mut self) -> Head {
        let asked = self.tick();
        let head = self.store.take(&self.entity).await.unwrap();
        self.note(asked, Seen::Took(head));
        head
    }

    async fn look(&mut self) -> Option<Head> {
        let asked = self.tick();
        let head = self.store.head(&self.entity).await.unwrap();
        self.note(asked, Seen::Saw(head));
        head
    }

    /// The new head, or `None` if the commit was refused.
    async fn commit(&mut self, owned: &Head, text: &str) -> Option<Head> {
        let change = event(text);
        let (asked, id) = (self.tick(), change.commit_id);
        match self.store.commit(&self.entity, expected(owned), change).await.unwrap() {
            CommitOutcome::Applied(head) => {
                assert_eq!((head.epoch, head.commit_id), (owned.epoch, id));
                assert_eq!(head.sequence, owned.sequence.next());
                self.note(asked, Seen::Wrote(head));
                Some(head)
            }
            CommitOutcome::Fenced(head) => {
                assert_ne!(expected(&head), expected(owned), "fenced without a reason");
                self.note(asked, Seen::Saw(Some(head)));
                None
            }
        }
    }

    /// Takes, commits until fenced, tries once more as a zombie, looks.
    async fn live(mut self, writer: usize) -> Vec<Step> {
        self.look().await;
        for round in 0..ROUNDS {
            let mut owned = self.take().await;
            for number in 0..COMMITS {
                match self.commit(&owned, &format!("{writer}.{round}.{number}")).await {
                    Some(head) => owned = head,
                    None => {
                        assert_eq!(self.commit(&owned, "zombie").await, None);
                        break;
                    }
                }
            }
            self.look().await;
        }
        self.steps
    }
}

/// Writers that take an entity from each other, commit, are fenced and try again: their histories
/// fit one order that agrees with the time at which each was asked and answered, and with the feed.
pub async fn r2_histories_of_concurrent_writers_have_one_order<B: Backend>(backend: B) {
    let store = backend.open().await;
    let (entity, clock) = (site(), Arc::new(AtomicU64::new(0)));
    let writers = (0..WRITERS).map(|number| {
        let (store, clock) = (store.clone(), clock.clone());
        let writer = Writer { store, entity, clock, steps: Vec::new() };
        tokio::spawn(writer.live(number))
    });
    let steps: Vec<_> = join_all(writers).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(contradiction(&steps), None);
    let mut written: Vec<_> = steps
        .iter()
        .filter_map(|step| match step.seen {
            Seen::Wrote(head) => Some((head.sequence.0, head.epoch.0)),
            _ => None,
        })
        .collect();
    written.sort_unstable();
    let feed = whole_feed(&*store, &entity, 100).await;
    let feed: Vec<_> = (1..).zip(feed).map(|(sequence, (epoch, _))| (sequence, epoch)).collect();
    assert_eq!(feed, written);
}
