//! Comments: a thread and its anchor are one; who may do what; what a restore leaves of them.

use crate::support::{self, fast, open, world};
use igny8_actors_document::ContentTree;
use igny8_actors_runtime::{
    CommentRange, Commenter, Conversation, DocumentFrame, DocumentHandle, Failure, NewComment,
    Platform,
};
use igny8_protocol_ids::{
    AccountId, CommentId, DocumentId, EntityKey, EntityKind, Scope, TenantId, ThreadId, Timestamp,
};
use std::time::Duration;

const AT: Timestamp = Timestamp::from_millis(1);

fn tenant() -> TenantId {
    TenantId::new(AT, [1; 10])
}

fn ada() -> AccountId {
    AccountId::new(AT, [4; 10])
}

fn bob() -> Commenter {
    Commenter { account: AccountId::new(AT, [5; 10]), resolves: false, moderates: false }
}

fn thread(number: u8) -> ThreadId {
    ThreadId::new(AT, [number; 10])
}

fn said(number: u8, text: &str) -> NewComment {
    NewComment { id: CommentId::new(AT, [number; 10]), text: text.to_owned(), mentions: Vec::new() }
}

async fn platform(directory: &std::path::Path) -> Platform {
    Platform::start(world(open(directory), directory, fast())).await.unwrap()
}

fn document(platform: &Platform) -> DocumentHandle {
    platform.document(tenant(), DocumentId::new(AT, [2; 10]))
}

async fn write(handle: &DocumentHandle, markdown: &str) {
    let tree = ContentTree::from_markdown(markdown);
    handle.rewrite(move |_| Some(tree)).await.unwrap();
}

/// These words of a block.
async fn part(handle: &DocumentHandle, index: usize, words: &str) -> CommentRange {
    let block = handle.tree().await.unwrap().blocks[index].clone();
    let from = block.text().find(words).unwrap() as u32;
    CommentRange::Block { index, key: block.key(), from, to: from + words.len() as u32 }
}

async fn begin(handle: &DocumentHandle, number: u8, words: &str) -> Conversation {
    let range = part(handle, 0, words).await;
    handle.begin_thread(thread(number), range, said(number, "Why?"), ada()).await.unwrap()
}

fn code(failure: Failure) -> String {
    match failure {
        Failure::Refused(refusal) => refusal.code,
        other => panic!("not refused: {other}"),
    }
}

fn anchors(tree: &ContentTree) -> Vec<String> {
    tree.comment_threads().into_iter().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_thread_and_its_anchor_are_one_commit_and_are_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let first = platform(directory.path()).await;
    let handle = document(&first);
    write(&handle, "Tea is made of leaves.").await;
    let made = begin(&handle, 1, "made").await;
    assert_eq!((made.thread.quote.as_str(), made.anchored), ("made", true));
    let range = part(&handle, 0, "leaves").await;
    let again = handle.begin_thread(thread(1), range.clone(), said(1, "What?"), ada()).await;
    assert_eq!(again.unwrap(), made, "a repetition is answered like the first");
    let other = handle.begin_thread(thread(1), range, said(1, "What?"), bob().account).await;
    assert_eq!(code(other.unwrap_err()), "id_taken");
    handle.reply(thread(1), said(2, " So! "), bob().account).await.unwrap();
    handle.reply(thread(1), said(2, "So!"), bob().account).await.unwrap();
    let before = handle.threads().await.unwrap();
    let texts: Vec<_> = before[0].comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(texts, ["Why?", "So!"]);
    first.stop().await;
    drop((handle, first));

    let second =
        Platform::start(world(support::reopen(directory.path()).await, directory.path(), fast()))
            .await
            .unwrap();
    let handle = document(&second);
    assert_eq!(handle.threads().await.unwrap(), before);
    assert_eq!(anchors(&handle.tree().await.unwrap()), [thread(1).to_string()]);
    let owner = Commenter { account: ada(), resolves: true, moderates: true };
    handle.delete_thread(thread(1), owner).await.unwrap();
    handle.delete_thread(thread(1), owner).await.unwrap();
    assert!(handle.threads().await.unwrap().is_empty());
    assert!(anchors(&handle.tree().await.unwrap()).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_thread_takes_one_commit_and_a_refused_one_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let platform = Platform::start(world(store.clone(), directory.path(), fast())).await.unwrap();
    let handle = document(&platform);
    write(&handle, "Tea is made of leaves.").await;
    let entity = EntityKey {
        scope: Scope::Tenant(tenant()),
        kind: EntityKind::Document,
        id: DocumentId::new(AT, [2; 10]).uuid(),
    };
    let commits = async || {
        let loaded = store.load(&entity).await.unwrap().unwrap();
        loaded.head.sequence.0
    };
    let (commits_before, text_before) = (commits().await, handle.tree().await.unwrap());
    for (range, expected) in [
        (CommentRange::Positions { from: vec![9], to: vec![9] }, "range_unreadable"),
        (CommentRange::Block { index: 0, key: String::new(), from: 0, to: 1 }, "block_changed"),
    ] {
        let refused = handle.begin_thread(thread(1), range, said(1, "Why?"), ada()).await;
        assert_eq!(code(refused.unwrap_err()), expected);
    }
    let range = part(&handle, 0, "made").await;
    let empty = handle.begin_thread(thread(1), range, said(1, " "), ada()).await;
    assert_eq!(code(empty.unwrap_err()), "comment_text");
    assert_eq!(handle.tree().await.unwrap(), text_before);
    assert_eq!(commits().await, commits_before);
    begin(&handle, 1, "made").await;
    assert_eq!(commits().await, commits_before + 1);
    let owner = Commenter { account: ada(), resolves: true, moderates: true };
    handle.delete_thread(thread(1), owner).await.unwrap();
    assert_eq!(commits().await, commits_before + 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_here_is_told_once_a_change_is_durable() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let handle = document(&platform);
    write(&handle, "Tea is made of leaves.").await;
    let mut frames = handle.join(7, None, false, ada()).await.unwrap().subscription;
    begin(&handle, 1, "made").await;
    let told = async { while !matches!(frames.next().await.unwrap(), DocumentFrame::Comments) {} };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("it is told");
    handle.reply(thread(1), said(2, "So."), ada()).await.unwrap();
    let told = async { while !matches!(frames.next().await.unwrap(), DocumentFrame::Comments) {} };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("it is told again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_what_others_said_is_theirs() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let handle = document(&platform);
    write(&handle, "Tea is made of leaves.").await;
    begin(&handle, 1, "made").await;
    let first = said(1, "Changed.");
    let edited = handle.edit_comment(thread(1), first.clone(), bob().account).await;
    assert_eq!(code(edited.unwrap_err()), "forbidden");
    let deleted = handle.delete_comment(thread(1), first.id, bob()).await;
    assert_eq!(code(deleted.unwrap_err()), "forbidden");
    assert_eq!(code(handle.delete_thread(thread(1), bob()).await.unwrap_err()), "forbidden");
    let resolved = handle.resolve_thread(thread(1), true, bob()).await;
    assert_eq!(code(resolved.unwrap_err()), "forbidden");

    let edited = handle.edit_comment(thread(1), first.clone(), ada()).await.unwrap();
    assert!(edited.comments[0].edited_at.is_some() && edited.comments[0].text == "Changed.");
    let editor = Commenter { resolves: true, ..bob() };
    let resolved = handle.resolve_thread(thread(1), true, editor).await.unwrap();
    assert_eq!(resolved.thread.resolved.unwrap().by, editor.account);
    assert!(resolved.anchored, "the anchor stays, to be shown again");
    let replied = handle.reply(thread(1), said(2, "But."), bob().account).await.unwrap();
    assert_eq!(replied.thread.resolved, None, "an answer opens it again");
    let moderator = Commenter { moderates: true, ..bob() };
    let deleted = handle.delete_comment(thread(1), first.id, moderator).await.unwrap();
    assert!(deleted.comments[0].deleted_at.is_some() && deleted.comments[0].text.is_empty());
    let gone = handle.edit_comment(thread(1), first, ada()).await;
    assert_eq!(code(gone.unwrap_err()), "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_neither_loses_anchors_nor_brings_back_those_of_deleted_threads() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let handle = document(&platform);
    write(&handle, "Tea is made of leaves.").await;
    begin(&handle, 1, "Tea").await;
    begin(&handle, 2, "made").await;
    begin(&handle, 3, "leaves").await;
    let kept = handle.name_version("Kept".to_owned(), ada()).await.unwrap();
    let owner = Commenter { account: ada(), resolves: true, moderates: true };
    handle.delete_thread(thread(1), owner).await.unwrap();
    handle.resolve_thread(thread(2), true, owner).await.unwrap();
    write(&handle, "Tea is picked by hand.").await;
    begin(&handle, 4, "is").await;
    let threads = handle.threads().await.unwrap();
    let anchored: Vec<bool> = threads.iter().map(|thread| thread.anchored).collect();
    assert_eq!(anchored, [false, false, true], "their text was deleted");
    assert_eq!(threads[0].thread.quote, "made");

    handle.restore(kept.id, ada()).await.unwrap();
    let tree = handle.tree().await.unwrap();
    assert_eq!(tree.to_plain_text(), "Tea is made of leaves.");
    let expected = [thread(2), thread(3), thread(4)].map(|thread| thread.to_string());
    assert_eq!(anchors(&tree), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_comments_are_bounded() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let handle = document(&platform);
    write(&handle, "Tea is made of leaves.").await;
    begin(&handle, 1, "made").await;
    let long = handle.reply(thread(1), said(2, &"x".repeat(2_001)), ada()).await;
    assert_eq!(code(long.unwrap_err()), "comment_text");
    let mut crowd = said(2, "All of you.");
    crowd.mentions = (0..21).map(|number| AccountId::new(AT, [number; 10])).collect();
    assert_eq!(code(handle.reply(thread(1), crowd, ada()).await.unwrap_err()), "mentions");
    for number in 2..=100 {
        handle.reply(thread(1), said(number, "More."), ada()).await.unwrap();
    }
    let more = handle.reply(thread(1), said(101, "More."), ada()).await;
    assert_eq!(code(more.unwrap_err()), "too_many_comments");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_document_has_no_comments() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let handle = document(&platform);
    write(&handle, "Tea is made of leaves.").await;
    begin(&handle, 1, "made").await;
    handle.erase().await.unwrap();
    assert!(handle.threads().await.unwrap().is_empty());
    let range = CommentRange::Block { index: 0, key: String::new(), from: 0, to: 1 };
    let refused = handle.begin_thread(thread(2), range, said(2, "Why?"), ada()).await;
    assert_eq!(code(refused.unwrap_err()), "not_found");
}
