//! A document's history: states that are kept and restored, and AI runs that are taken back.

use crate::support::{self, fast, open, world};
use igny8_actors_document::{ContentForm, ContentTree};
use igny8_actors_runtime::{
    Author, DocumentHandle, Failure, NewContent, Platform, RunEnd, VersionCause,
};
use igny8_protocol_ids::{AccountId, DocumentId, RunId, TenantId, Timestamp};

async fn platform(directory: &std::path::Path) -> Platform {
    Platform::start(world(open(directory), directory, fast())).await.unwrap()
}

async fn reopened(directory: &std::path::Path) -> Platform {
    Platform::start(world(support::reopen(directory).await, directory, fast())).await.unwrap()
}

fn document(platform: &Platform) -> DocumentHandle {
    let at = Timestamp::from_millis(1);
    platform.document(TenantId::new(at, [1; 10]), DocumentId::new(at, [2; 10]))
}

fn person() -> AccountId {
    AccountId::new(Timestamp::from_millis(1), [4; 10])
}

fn run_id() -> RunId {
    RunId::new(Timestamp::from_millis(1), [3; 10])
}

async fn write(handle: &DocumentHandle, markdown: &str) {
    let tree = ContentTree::from_markdown(markdown);
    handle.rewrite(move |_| Some(tree)).await.unwrap();
}

async fn text(handle: &DocumentHandle) -> String {
    handle.tree().await.unwrap().to_markdown().trim().to_owned()
}

fn code(failure: Failure) -> String {
    match failure {
        Failure::Refused(refusal) => refusal.code.to_string(),
        other => panic!("not refused: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_restored_version_loses_nothing_and_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let first = platform(directory.path()).await;
    let handle = document(&first);
    write(&handle, "One.\n\nTwo.").await;
    let kept = handle.name_version(" The first ".to_owned(), person()).await.unwrap();
    assert_eq!((kept.name.as_deref(), kept.words), (Some("The first"), 2));
    write(&handle, "One.\n\nThree, which took all night.").await;
    handle.restore(kept.id, person()).await.unwrap();
    assert_eq!(text(&handle).await, "One.\n\nTwo.");
    first.stop().await;
    drop((handle, first));

    let second = reopened(directory.path()).await;
    let handle = document(&second);
    assert_eq!(text(&handle).await, "One.\n\nTwo.");
    let versions = handle.versions().await.unwrap();
    let before = &versions[0];
    assert_eq!((before.cause, before.by), (VersionCause::BeforeRestore, Some(person())));
    let (_, lost) = handle.kept(before.id).await.unwrap();
    assert_eq!(lost.to_markdown().trim(), "One.\n\nThree, which took all night.");
    handle.restore(kept.id, person()).await.unwrap();
    assert_eq!(handle.versions().await.unwrap().len(), versions.len(), "nothing was to be done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_is_named_anew_and_forgotten_unless_it_was_approved() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let handle = document(&platform);
    write(&handle, "One.").await;
    let named = handle.name_version("Draft".to_owned(), person()).await.unwrap();
    let renamed = handle.rename_version(named.id, "Better".to_owned(), person()).await.unwrap();
    assert_eq!(renamed.name.as_deref(), Some("Better"));
    let refused = handle.rename_version(named.id, " ".to_owned(), person()).await.unwrap_err();
    assert_eq!(code(refused), "version_name");
    handle.delete_version(named.id, person()).await.unwrap();
    assert_eq!(code(handle.kept(named.id).await.unwrap_err()), "not_found");
    handle.keep_version(Some(person())).await.unwrap();
    let approved = handle.versions().await.unwrap()[0].clone();
    assert_eq!(
        code(handle.delete_version(approved.id, person()).await.unwrap_err()),
        "version_approved"
    );
}

async fn write_by_ai(handle: &DocumentHandle, text: &str) {
    let state = handle.run_begin(run_id(), support::author("AI")).await.unwrap();
    let offset = state.text.len() as u64;
    handle.run_push(run_id(), offset, text.to_owned()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_an_undone_run_goes_as_one_and_leaves_what_people_wrote() {
    let directory = tempfile::tempdir().unwrap();
    let first = platform(directory.path()).await;
    let handle = document(&first);
    write(&handle, "By hand.").await;
    write_by_ai(&handle, "## By the AI\n\nIt wrote this.\n\nAnd this.\n").await;
    assert_eq!(code(handle.undo_run(run_id(), person()).await.unwrap_err()), "run_open");
    handle.run_end(run_id(), RunEnd::Finished).await.unwrap();
    let mixed = text(&handle).await.replace("And this.", "And this, with more.");
    write(&handle, &mixed).await;
    first.stop().await;
    drop((handle, first));

    let second = reopened(directory.path()).await;
    let handle = document(&second);
    handle.undo_run(run_id(), person()).await.unwrap();
    let left = text(&handle).await;
    assert!(left.starts_with("By hand.") && left.contains("with more"), "{left}");
    assert!(!left.contains("wrote this") && !left.contains("By the AI"), "{left}");
    handle.undo_run(run_id(), person()).await.unwrap();
    assert_eq!(text(&handle).await, left, "undone once");
    assert!(handle.runs().await.unwrap()[0].undone_at.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_an_undone_run_that_is_wanted_again_begins_anew() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let handle = document(&platform);
    write_by_ai(&handle, "It wrote this.\n").await;
    handle.run_end(run_id(), RunEnd::Stopped).await.unwrap();
    let client = handle.runs().await.unwrap()[0].client;
    handle.undo_run(run_id(), person()).await.unwrap();
    let state = handle.run_begin(run_id(), support::author("AI")).await.unwrap();
    assert_eq!((state.text.as_str(), state.ended), ("", false));
    handle.run_push(run_id(), 0, "Another text.\n".to_owned()).await.unwrap();
    handle.run_end(run_id(), RunEnd::Finished).await.unwrap();
    assert_eq!(text(&handle).await, "Another text.");
    assert_ne!(handle.runs().await.unwrap()[0].client, client, "no client id is used twice");
}

fn handed_in(text: &str) -> NewContent {
    let (form, content) = (ContentForm::Markdown, ContentTree::from_markdown(text));
    NewContent { content, form, over: None, only_first: false }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_an_edit_too_large_for_a_row_is_durable() {
    let long = |word: &str| format!("Tea has a lot of {word}.\n\n").repeat(20_000);
    let directory = tempfile::tempdir().unwrap();
    let first = platform(directory.path()).await;
    let handle = document(&first);
    write(&handle, "One.").await;
    handle.put(handed_in(&long("kinds")), person()).await.unwrap();
    let kept = handle.versions().await.unwrap().remove(0);
    handle.put(handed_in(&long("leaves")), person()).await.unwrap();
    write(&handle, &format!("Two.\n\n{}", long("leaves"))).await;
    first.stop().await;
    drop((handle, first));

    let second = reopened(directory.path()).await;
    let handle = document(&second);
    assert!(text(&handle).await == format!("Two.\n\n{}", long("leaves")).trim());
    handle.restore(kept.id, person()).await.unwrap();
    assert_eq!(text(&handle).await, "One.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_text_that_is_handed_in_keeps_what_stood_there_and_counts_once() {
    let directory = tempfile::tempdir().unwrap();
    let first = platform(directory.path()).await;
    let handle = document(&first);
    let begun = handle.put(handed_in("One.\n\nTwo."), person()).await.unwrap();
    assert_eq!((begun.changed, begun.words, begun.kept), (true, 2, None), "nothing stood there");
    let next = NewContent { over: Some(begun.revision.clone()), ..handed_in("One.\n\nThree.") };
    let put = handle.put(next.clone(), person()).await.unwrap();
    let kept = put.kept.clone().unwrap();
    assert_eq!((kept.cause, kept.by), (VersionCause::BeforeReplace, Some(person())));
    let again = handle.put(next, person()).await.unwrap();
    assert_eq!((again.changed, again.revision.clone(), again.kept), (false, put.revision, None));
    let stale = NewContent { over: Some(begun.revision), ..handed_in("Four.") };
    assert_eq!(code(handle.put(stale, person()).await.unwrap_err()), "content_changed");
    let late = NewContent { only_first: true, ..handed_in("Five.") };
    assert!(!handle.put(late, person()).await.unwrap().changed, "it has a text");
    first.stop().await;
    drop((handle, first));

    let second = reopened(directory.path()).await;
    let handle = document(&second);
    assert_eq!(text(&handle).await, "One.\n\nThree.");
    assert_eq!(handle.versions().await.unwrap().len(), 1);
    let (_, before) = handle.kept(kept.id).await.unwrap();
    assert_eq!(before.to_markdown().trim(), "One.\n\nTwo.");
    let (authorship, _) = handle.authorship().await.unwrap();
    let by = |author: &Author| *author == Author::Account(person());
    assert!(authorship.spans.iter().all(|span| by(&authorship.authors[span.author.unwrap()])));
}
