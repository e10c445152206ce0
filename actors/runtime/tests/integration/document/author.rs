//! Who wrote what, and what happened: known as soon as the text is durable, and after restarts and folding.

use crate::support::{self, fast, open, world};
use igny8_actors_document::{BlockEdit, ContentTree};
use igny8_actors_runtime::{
    Author, DocumentFrame, DocumentHandle, DocumentSubscription, Doer, Happened, Platform, RunEnd,
    World,
};
use igny8_protocol_ids::{AccountId, DocumentId, RunId, TenantId, Timestamp};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use yrs::updates::decoder::Decode;
use yrs::{Doc, Options, ReadTxn, Text, Transact, Update, XmlFragment, XmlOut};

const AT: Timestamp = Timestamp::from_millis(1);

fn account(number: u8) -> AccountId {
    AccountId::new(AT, [number; 10])
}

fn document(platform: &Platform) -> DocumentHandle {
    platform.document(TenantId::new(AT, [1; 10]), DocumentId::new(AT, [2; 10]))
}

async fn started(directory: &std::path::Path) -> Platform {
    Platform::start(world(open(directory), directory, fast())).await.unwrap()
}

/// The same with a clock that can be moved on.
async fn shifted(directory: &std::path::Path) -> (Platform, Arc<support::Shifted>) {
    let clock = Arc::new(support::Shifted::default());
    let world = World { clock: clock.clone(), ..world(open(directory), directory, fast()) };
    (Platform::start(world).await.unwrap(), clock)
}

async fn again(directory: &std::path::Path) -> Platform {
    let store = support::reopen(directory).await;
    Platform::start(world(store, directory, fast())).await.unwrap()
}

/// A page that somebody opened.
struct Page {
    doc: Doc,
    session: u64,
    frames: DocumentSubscription,
    sent: u32,
}

impl Page {
    async fn open(handle: &DocumentHandle, session: u64, client: u64, who: AccountId) -> Self {
        let doc = Doc::with_options(Options {
            offset_kind: yrs::OffsetKind::Utf16,
            ..Options::with_client_id(yrs::ClientID::new(client))
        });
        doc.get_or_insert_xml_fragment("default");
        let joined = handle.join(session, None, true, who).await.unwrap();
        apply(&doc, &joined.update.update);
        Self { doc, session, frames: joined.subscription, sent: 0 }
    }

    /// Types at a place of the first paragraph; durable when it returns.
    async fn type_at(&mut self, handle: &DocumentHandle, at: u32, text: &str) {
        let before = self.doc.transact().state_vector();
        {
            let mut txn = self.doc.transact_mut();
            let root = txn.get_xml_fragment("default").unwrap();
            let block = root.get(&txn, 0).and_then(XmlOut::into_xml_element).unwrap();
            let first = block.get(&txn, 0).and_then(XmlOut::into_xml_text).unwrap();
            first.insert(&mut txn, at, text);
        }
        let update = self.doc.transact().encode_diff_v1(&before);
        self.hand_in(handle, update).await;
    }

    async fn hand_in(&mut self, handle: &DocumentHandle, update: Vec<u8>) {
        self.sent += 1;
        handle.update(self.session, self.sent, update).await.unwrap();
        loop {
            let frame = tokio::time::timeout(Duration::from_secs(20), self.frames.next()).await;
            match frame.expect("an answer in time").unwrap() {
                DocumentFrame::Durable { reference, .. } if reference == self.sent => return,
                DocumentFrame::Update(turn) => apply(&self.doc, &turn.update),
                DocumentFrame::Refused { message, .. } => panic!("{message}"),
                _ => {}
            }
        }
    }
}

fn apply(doc: &Doc, update: &[u8]) {
    doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
}

async fn write(handle: &DocumentHandle, markdown: &str) {
    let tree = ContentTree::from_markdown(markdown);
    handle.rewrite(move |_| Some(tree)).await.unwrap();
}

/// `who:text` of each span.
async fn spans(handle: &DocumentHandle) -> Vec<String> {
    let (authorship, tree) = handle.authorship().await.unwrap();
    let who = |author: Option<usize>| match author.map(|at| &authorship.authors[at]) {
        Some(Author::Account(id)) if *id == account(4) => "ada".to_owned(),
        Some(Author::Account(id)) if *id == account(5) => "bob".to_owned(),
        Some(Author::Account(id)) => id.to_string(),
        Some(Author::Run { name, .. }) => name.clone(),
        Some(Author::Server) => "server".to_owned(),
        None => "?".to_owned(),
    };
    let span = |span: &igny8_actors_runtime::AuthoredSpan| {
        let text = tree.blocks[span.block].text();
        format!("{}:{}", who(span.author), &text[span.from as usize..span.to as usize])
    };
    authorship.spans.iter().map(span).collect()
}

async fn spans_after_restart(first: Platform, directory: &std::path::Path) -> Vec<String> {
    first.stop().await;
    drop(first);
    spans(&document(&again(directory).await)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_who_wrote_what_is_known_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let first = started(directory.path()).await;
    let handle = document(&first);
    write(&handle, "Tea is made.").await;
    let mut ada = Page::open(&handle, 7, 70, account(4)).await;
    ada.type_at(&handle, 0, "Green ").await;
    let mut bob = Page::open(&handle, 8, 80, account(5)).await;
    bob.type_at(&handle, 10, "black ").await;
    ada.type_at(&handle, 0, "So: ").await;
    handle.run_begin(RunId::new(AT, [3; 10]), support::author("AI")).await.unwrap();
    handle.run_push(RunId::new(AT, [3; 10]), 0, "By the AI.\n".to_owned()).await.unwrap();
    handle.run_end(RunId::new(AT, [3; 10]), RunEnd::Finished).await.unwrap();
    let (authorship, _) = handle.authorship().await.unwrap();
    let by = authorship.authors.iter().find_map(|author| match author {
        Author::Run { maker, .. } => maker.clone(),
        _ => None,
    });
    let by = by.unwrap();
    assert_eq!((by.model.as_str(), by.prompt.as_str(), by.version), ("offline", "article", 3));
    let expected =
        ["ada:So: Green ", "server:Tea ", "bob:black ", "server:is made.", "AI:By the AI."];
    assert_eq!(spans(&handle).await, expected);
    drop(handle);
    assert_eq!(spans_after_restart(first, directory.path()).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_who_wrote_what_is_known_after_folding() {
    let directory = tempfile::tempdir().unwrap();
    let first = started(directory.path()).await;
    let handle = document(&first);
    write(&handle, "Tea is made.").await;
    let mut ada = Page::open(&handle, 7, 70, account(4)).await;
    // More than the appends after which an open document is folded.
    for _ in 0..520 {
        ada.type_at(&handle, 0, "x").await;
    }
    let expected = [format!("ada:{}", "x".repeat(520)), "server:Tea is made.".to_owned()];
    assert_eq!(spans(&handle).await, expected);
    drop(handle);
    assert_eq!(spans_after_restart(first, directory.path()).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_in_anothers_name() {
    let directory = tempfile::tempdir().unwrap();
    let platform = started(directory.path()).await;
    let handle = document(&platform);
    write(&handle, "Tea.").await;
    let mut ada = Page::open(&handle, 7, 70, account(4)).await;
    ada.type_at(&handle, 0, "One ").await;
    // Bob's client says that it is Ada's.
    let mut bob = Page::open(&handle, 8, 70, account(5)).await;
    bob.type_at(&handle, 4, "two ").await;
    assert_eq!(spans(&handle).await, ["ada:One ", "bob:two ", "server:Tea."]);
    // What others wrote is passed on by honest clients, and stays whose it is.
    let whole = bob.doc.transact().encode_diff_v1(&yrs::StateVector::default());
    bob.hand_in(&handle, whole).await;
    assert_eq!(spans(&handle).await, ["ada:One ", "bob:two ", "server:Tea."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_restored_or_patched_is_theirs_who_did_it() {
    let directory = tempfile::tempdir().unwrap();
    let platform = started(directory.path()).await;
    let handle = document(&platform);
    write(&handle, "Tea.").await;
    let kept = handle.name_version("Kept".to_owned(), account(4)).await.unwrap();
    let key = handle.tree().await.unwrap().blocks[0].key();
    let coffee = ContentTree::from_markdown("Coffee.").blocks;
    let edit = BlockEdit::Replace { index: 0, key, blocks: coffee };
    handle.patch(vec![edit], account(5)).await.unwrap();
    assert_eq!(spans(&handle).await, ["bob:Coffee", "server:."]);
    handle.restore(kept.id, account(4)).await.unwrap();
    assert_eq!(spans(&handle).await, ["ada:Tea", "server:."]);
    write(&handle, "Water.").await;
    assert_eq!(spans(&handle).await, ["server:Water."]);
}

/// What happened, the oldest first: who, what, about which text.
async fn happened(handle: &DocumentHandle) -> Vec<String> {
    let entries = handle.activity().await.unwrap();
    let line = |entry: &igny8_actors_runtime::Activity| {
        let by = match &entry.by {
            Doer::Account(id) if *id == account(4) => "ada",
            Doer::Account(_) => "bob",
            Doer::Run(_, name) => name,
            Doer::Server => "server",
        };
        format!("{by} {:?} {}", entry.what, entry.text.as_deref().unwrap_or_default())
    };
    entries.iter().rev().map(line).map(|line| line.trim().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_what_happened_is_there_with_it_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let (first, clock) = shifted(directory.path()).await;
    let handle = document(&first);
    let run = RunId::new(AT, [3; 10]);
    handle.run_begin(run, support::author("AI")).await.unwrap();
    handle.run_push(run, 0, "Tea is made.\n".to_owned()).await.unwrap();
    handle.run_end(run, RunEnd::Finished).await.unwrap();
    let mut ada = Page::open(&handle, 7, 70, account(4)).await;
    let mut bob = Page::open(&handle, 8, 80, account(5)).await;
    for at in 0..3 {
        clock.0.fetch_add(1_000, Ordering::SeqCst);
        ada.type_at(&handle, at, "a").await;
        bob.type_at(&handle, at, "b").await;
    }
    let kept = handle.name_version("First".to_owned(), account(4)).await.unwrap();
    handle.undo_run(run, account(5)).await.unwrap();
    handle.restore(kept.id, account(5)).await.unwrap();
    handle.delete_version(kept.id, account(4)).await.unwrap();
    let expected = [
        "AI RunBegun",
        "AI RunEnded",
        "ada Edited",
        "bob Edited",
        "ada VersionKept First",
        "bob RunUndone AI",
        "bob Restored First",
        "ada VersionForgotten First",
    ];
    assert_eq!(happened(&handle).await, expected);
    first.stop().await;
    drop((handle, first, ada, bob));
    let second = again(directory.path()).await;
    let handle = document(&second);
    assert_eq!(happened(&handle).await, expected);
    let entries = handle.activity().await.unwrap();
    let typed: Vec<_> = entries.iter().filter(|entry| entry.what == Happened::Edited).collect();
    assert!(typed.iter().all(|entry| entry.until.is_some_and(|until| until > entry.at)));
    handle.erase().await.unwrap();
    assert_eq!(happened(&handle).await, Vec::<String>::new(), "it goes with its document");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_to_type_is_another_entry() {
    let directory = tempfile::tempdir().unwrap();
    let (platform, clock) = shifted(directory.path()).await;
    let handle = document(&platform);
    write(&handle, "Tea.").await;
    let mut ada = Page::open(&handle, 7, 70, account(4)).await;
    for minutes in [0, 9, 18, 29] {
        clock.0.store(minutes * 60_000, Ordering::SeqCst);
        ada.type_at(&handle, 0, "a").await;
    }
    let entries = handle.activity().await.unwrap();
    let minutes: Vec<_> = entries
        .iter()
        .map(|entry| entry.until.map(|until| until.since(entry.at).as_secs() / 60))
        .collect();
    assert_eq!(minutes, [None, Some(18)], "the second time, and the first one of 18 minutes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_what_happened_is_bounded() {
    let directory = tempfile::tempdir().unwrap();
    let first = started(directory.path()).await;
    let handle = document(&first);
    write(&handle, "Tea.").await;
    let kept = handle.name_version("0".to_owned(), account(4)).await.unwrap();
    for name in 1..=500 {
        handle.rename_version(kept.id, name.to_string(), account(4)).await.unwrap();
    }
    let expected: Vec<String> = (1..=500).map(|name| format!("ada VersionNamed {name}")).collect();
    assert_eq!(happened(&handle).await, expected);
    first.stop().await;
    drop((handle, first));
    assert_eq!(happened(&document(&again(directory.path()).await)).await, expected);
}
