//! What is wrong with a store, if anything.

use super::Acknowledged;
use super::child::{blob, entity, tenant};
use crate::check::check;
use bytes::Bytes;
use igny8_protocol_ids::Sequence;
use igny8_storage_api::{BlobHash, Store};
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore};
use std::collections::{BTreeSet, HashSet};
use std::path::Path;

/// Opens the store and compares it with what was acknowledged.
pub(crate) async fn examine(directory: &Path, acknowledged: &Acknowledged) -> Vec<String> {
    let store = match EmbeddedStore::open(directory, EmbeddedOptions::default()) {
        Ok(store) => store,
        Err(error) => return vec![error.to_string()],
    };
    let mut problems = Vec::new();
    problems.extend(check(&store).await.findings.iter().map(ToString::to_string));
    let mut ids = HashSet::new();
    let writers = acknowledged.epochs.iter().map(|(writer, _)| *writer);
    for writer in writers.collect::<BTreeSet<_>>() {
        let feed = whole_feed(&store, writer).await;
        check_commits(&store, acknowledged, writer, &feed, &mut problems).await;
        check_appends(&store, acknowledged, writer, &mut problems).await;
        for id in feed {
            if !ids.insert(id) {
                problems.push(format!("commit {id} is there twice"));
            }
        }
    }
    check_platform(&store, acknowledged, &mut problems).await;
    store.close().await;
    problems
}

async fn check_commits(
    store: &EmbeddedStore,
    acknowledged: &Acknowledged,
    writer: u128,
    feed: &[u128],
    problems: &mut Vec<String>,
) {
    for ((_, sequence), id) in
        acknowledged.commits.iter().filter(|((other, _), _)| *other == writer)
    {
        let position = usize::try_from(*sequence).unwrap() - 1;
        if feed.get(position) != Some(id) {
            problems.push(format!("commit {sequence} of writer {writer} is lost"));
        }
    }
    let Some(loaded) = store.load(&entity(writer)).await.unwrap() else {
        problems.push(format!("writer {writer} is lost"));
        return;
    };
    if loaded.outbox.len() != feed.len() || loaded.head.sequence.0 != feed.len() as u64 {
        problems.push(format!("the parts of a commit of writer {writer} are not together"));
    }
    let last = loaded.records.first().map(|record| record.value.clone());
    if last != feed.last().map(|id| Bytes::from(id.to_string())) {
        problems.push(format!("the record of writer {writer} is not its last commit's"));
    }
    let taken = acknowledged.epochs.iter().filter(|(other, _)| *other == writer);
    if taken.map(|(_, epoch)| *epoch).max().is_some_and(|epoch| epoch > loaded.head.epoch.0) {
        problems.push(format!("an epoch of writer {writer} is lost"));
    }
}

async fn check_appends(
    store: &EmbeddedStore,
    acknowledged: &Acknowledged,
    writer: u128,
    problems: &mut Vec<String>,
) {
    let rows = store.appends(&entity(writer)).await.unwrap();
    let rows: HashSet<_> =
        rows.into_iter().map(|row| (row.epoch.0, row.sequence.0, row.body)).collect();
    for ((_, epoch, sequence), body) in
        acknowledged.appends.iter().filter(|((other, _, _), _)| *other == writer)
    {
        if !rows.contains(&(*epoch, *sequence, Bytes::from(body.to_string()))) {
            problems.push(format!("append {epoch}.{sequence} of writer {writer} is lost"));
        }
    }
}

async fn check_platform(
    store: &EmbeddedStore,
    acknowledged: &Acknowledged,
    problems: &mut Vec<String>,
) {
    for (name, value) in &acknowledged.claims {
        let held = store.claimed(name).await.unwrap();
        if held != Some(Bytes::from(value.to_string())) {
            problems.push(format!("claim {name} is lost"));
        }
    }
    for (writer, seed) in &acknowledged.blobs {
        let hash = BlobHash::of(&blob(*seed));
        // Reading it compares it with its hash.
        if !store.blob(tenant(*writer), hash).await.is_ok_and(|blob| blob.is_some()) {
            problems.push(format!("blob {seed} of writer {writer} is lost"));
        }
    }
}

/// The ids of all commits of a writer, from its gap-free feed.
async fn whole_feed(store: &EmbeddedStore, writer: u128) -> Vec<u128> {
    let mut ids = Vec::new();
    loop {
        let after = Sequence(ids.len() as u64);
        let page = store.feed(&entity(writer), after, 1_000).await.unwrap();
        for frame in page.frames {
            assert_eq!(frame.sequence.0, ids.len() as u64 + 1);
            ids.push(std::str::from_utf8(&frame.events[0]).unwrap().parse().unwrap());
        }
        if !page.more {
            return ids;
        }
    }
}
