//! Random operations against the simplest thing that could be right.

use crate::backend::Backend;
use crate::fixture::{append, bytes, change, outbox, tenant};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, SiteId};
use igny8_storage_api::{
    AppendRow, BlobHash, Change, ChangeDigest, CommitOutcome, Expected, Frame, Head, Loaded,
    OpenOutbox, OutboxKey, Record, Store,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Histories per run; each opens the store several times.
const HISTORIES: u32 = 24;
const OPERATIONS_MAX: usize = 50;
/// Few, so that operations meet.
const ENTITIES: usize = 3;

/// One step of a history. Numbers select among what there is.
#[derive(Clone, Debug)]
enum Operation {
    Take(usize),
    Commit {
        entity: usize,
        stale: Stale,
        keys: Vec<(u8, bool)>,
        outbox: usize,
        close: Option<u8>,
        appends: Vec<u8>,
        compact: bool,
    },
    Append {
        entity: usize,
        epoch: u8,
        number: u8,
    },
    Reopen,
}

/// How a commit's expectation differs from the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stale {
    No,
    Epoch,
    Sequence,
}

fn operation() -> impl Strategy<Value = Operation> {
    let entity = 0..ENTITIES;
    let stale =
        prop_oneof![6 => Just(Stale::No), 1 => Just(Stale::Epoch), 1 => Just(Stale::Sequence)];
    let commit =
        (
            entity.clone(),
            stale,
            prop::collection::vec((0_u8..6, any::<bool>()), 0..5),
            0_usize..3,
            prop::option::of(any::<u8>()),
            prop::collection::vec(1_u8..5, 0..2),
            any::<bool>(),
        )
            .prop_map(|(entity, stale, keys, outbox, close, appends, compact)| {
                Operation::Commit { entity, stale, keys, outbox, close, appends, compact }
            });
    prop_oneof![
        2 => entity.clone().prop_map(Operation::Take),
        10 => commit,
        3 => (entity, 0_u8..3, 1_u8..6)
            .prop_map(|(entity, epoch, number)| Operation::Append { entity, epoch, number }),
        1 => Just(Operation::Reopen),
    ]
}

/// What an entity must look like.
#[derive(Default)]
struct Model {
    head: Option<Head>,
    records: BTreeMap<Bytes, Record>,
    outbox: BTreeMap<OutboxKey, Bytes>,
    appends: BTreeMap<(Epoch, Sequence), Bytes>,
    feed: Vec<Frame>,
}

impl Model {
    fn take(&mut self) -> Head {
        let unborn = Head {
            epoch: Epoch(0),
            sequence: Sequence(0),
            commit_id: Default::default(),
            chain: [0; 32],
        };
        let head = self.head.get_or_insert(unborn);
        head.epoch.0 += 1;
        *head
    }

    fn commit(&mut self, expected: Expected, change: &Change) -> Option<CommitOutcome> {
        // What a store answers about an entity that never was is only that it is fenced.
        let head = self.head.as_mut()?;
        if (head.epoch, head.sequence) != (expected.epoch, expected.sequence) {
            return Some(CommitOutcome::Fenced(*head));
        }
        head.sequence = head.sequence.next();
        head.commit_id = change.commit_id;
        let digest = ChangeDigest::of(change);
        head.chain = digest.chain(&head.chain, head.epoch, head.sequence, head.commit_id);
        let head = *head;
        self.apply(head, digest, change);
        Some(CommitOutcome::Applied(head))
    }

    fn apply(&mut self, head: Head, digest: ChangeDigest, change: &Change) {
        self.records.retain(|key, _| !change.deletes.contains(key));
        self.outbox.retain(|key, _| !change.closed.contains(key));
        self.appends.retain(|key, _| !change.compacted.contains(key));
        self.records.extend(change.puts.iter().map(|put| (put.key.clone(), put.clone())));
        let sequence = head.sequence;
        let outbox = change.outbox.iter();
        self.outbox.extend(
            outbox.map(|record| (OutboxKey { sequence, index: record.index }, record.body.clone())),
        );
        let appends = change.appends.iter();
        self.appends.extend(appends.map(|row| ((head.epoch, row.sequence), row.body.clone())));
        self.feed.push(Frame {
            epoch: head.epoch,
            sequence,
            commit_id: head.commit_id,
            digest,
            chain: head.chain,
            events: change.events.clone(),
        });
    }

    fn loaded(&self) -> Option<Loaded> {
        let outbox = self.outbox.iter();
        Some(Loaded {
            head: self.head?,
            records: self.records.values().cloned().collect(),
            outbox: outbox
                .map(|(key, body)| OpenOutbox { key: *key, body: body.clone() })
                .collect(),
        })
    }

    async fn check<S: Store>(&self, store: &S, entity: &EntityKey) {
        assert_eq!(store.load(entity).await.unwrap(), self.loaded());
        assert_eq!(store.feed(entity, Sequence(0), 1_000).await.unwrap().frames, self.feed);
        let appends = self.appends.iter();
        let appends: Vec<_> = appends
            .map(|((epoch, sequence), body)| AppendRow {
                epoch: *epoch,
                sequence: *sequence,
                body: body.clone(),
            })
            .collect();
        assert_eq!(store.appends(entity).await.unwrap(), appends);
    }
}

/// The change that a commit operation means in the model's present state.
fn change_of(model: &Model, operation: &Operation, step: usize) -> Change {
    let Operation::Commit { keys, outbox: count, close, appends, compact, .. } = operation else {
        return change();
    };
    let mut built = Change {
        events: vec![Bytes::from(format!("event {step}"))],
        outbox: outbox(&["x", "y", "z"][..*count]),
        appends: appends.iter().map(|number| append(u64::from(*number), "commit")).collect(),
        ..change()
    };
    for (key, delete) in keys {
        let key = bytes(&key.to_string());
        if *delete {
            built.deletes.push(key);
        } else {
            let blobs = (0..step % 3).map(|number| BlobHash([number as u8; 32])).collect();
            built.puts.push(Record { blobs, ..Record::new(key, format!("value {step}")) });
        }
    }
    if let Some(close) = close {
        built.closed.extend(model.outbox.keys().nth(usize::from(*close) % 4));
    }
    if *compact {
        built.compacted = model.appends.keys().copied().collect();
    }
    built
}

fn expectation(model: &Model, stale: Stale) -> Expected {
    let (epoch, sequence) = model.head.map_or((1, 0), |head| (head.epoch.0, head.sequence.0));
    Expected {
        epoch: Epoch(if stale == Stale::Epoch { epoch - 1 } else { epoch }),
        sequence: Sequence(if stale == Stale::Sequence { sequence + 1 } else { sequence }),
    }
}

struct History<S> {
    store: Arc<S>,
    entities: Vec<EntityKey>,
    models: Vec<Model>,
}

impl<S: Store> History<S> {
    async fn step(&mut self, operation: &Operation, step: usize) {
        match operation {
            Operation::Take(entity) => {
                let head = self.store.take(&self.entities[*entity]).await.unwrap();
                assert_eq!(head, self.models[*entity].take());
            }
            Operation::Commit { entity, stale, .. } => {
                let model = &mut self.models[*entity];
                let expected = expectation(model, *stale);
                let change = change_of(model, operation, step);
                let wanted = model.commit(expected, &change);
                let key = &self.entities[*entity];
                let outcome = self.store.commit(key, expected, change).await.unwrap();
                match wanted {
                    Some(wanted) => assert_eq!(outcome, wanted),
                    None => assert!(matches!(outcome, CommitOutcome::Fenced(_))),
                }
            }
            Operation::Append { entity, epoch, number } => {
                let row = append(u64::from(*number), &format!("append {step}"));
                let epoch = Epoch(u64::from(*epoch));
                let key = (epoch, row.sequence);
                self.models[*entity].appends.insert(key, row.body.clone());
                self.store.append(&self.entities[*entity], epoch, vec![row]).await.unwrap();
            }
            Operation::Reopen => unreachable!("the caller reopens"),
        }
    }
}

async fn live<B: Backend>(backend: &B, operations: &[Operation]) {
    let tenant = tenant();
    let site = || EntityKey::site(tenant, SiteId::from_uuid(Uuid::new_v4()));
    let mut history = History {
        store: backend.open().await,
        entities: (0..ENTITIES).map(|_| site()).collect(),
        models: (0..ENTITIES).map(|_| Model::default()).collect(),
    };
    for (step, operation) in operations.iter().enumerate() {
        if matches!(operation, Operation::Reopen) {
            let History { store, entities, models } = history;
            backend.close(store).await;
            history = History { store: backend.open().await, entities, models };
        } else {
            history.step(operation, step).await;
        }
    }
    for (entity, model) in history.entities.iter().zip(&history.models) {
        model.check(&*history.store, entity).await;
    }
    backend.close(history.store).await;
}

/// Histories of takes, commits (some of them stale), appends, compactions and reopenings end as
/// the model does.
pub async fn r14_random_operations_agree_with_a_simple_model<B: Backend>(backend: B) {
    let runtime = tokio::runtime::Handle::current();
    let running = tokio::task::spawn_blocking(move || {
        let config = Config { failure_persistence: None, ..Config::with_cases(HISTORIES) };
        let histories = prop::collection::vec(operation(), 1..OPERATIONS_MAX);
        TestRunner::new(config).run(&histories, |operations| {
            // A failed history leaves its store open until it is dropped with the panic.
            runtime.block_on(live(&backend, &operations));
            Ok(())
        })
    });
    if let Err(failure) = running.await.unwrap() {
        panic!("{failure}");
    }
}
