//! Rewrites of a selection: anchored as comments are, taken over in one edit, taken back in one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod sample;

use igny8_actors_document::{
    Accepted, CommentRange, ContentTree, LiveDocument, RangeError, RunCursor, RunWriter, take_back,
    undo_run,
};
use igny8_actors_document::{LinkPolicy, SELECTION_CHARS_MAX};
use proptest::prelude::*;
use sample::{client, missing, part, sync, text_of, type_into_block, written};
use yrs::Text;
use yrs::Transact;

const NAME: &str = "0193b1c0-0000-7000-8000-000000000001";
const OTHER: &str = "0193b1c0-0000-7000-8000-000000000002";

/// The range of whole blocks, as the positions that a selection is kept by.
fn positions(document: &LiveDocument, first: (usize, &str), last: (usize, &str)) -> CommentRange {
    let from = document.selection(&part(document, first.0, first.1)).unwrap().from;
    let to = document.selection(&part(document, last.0, last.1)).unwrap().to;
    CommentRange::Positions { from, to }
}

fn now(document: &LiveDocument, name: &str) -> Vec<String> {
    document.suggested(&|of| of == name).remove(name).unwrap_or_default()
}

fn accept(document: &mut LiveDocument, name: &str, client: u64, words: &[&str]) -> Accepted {
    let words: Vec<String> = words.iter().map(|words| (*words).to_owned()).collect();
    document.accept(name, client, &words).unwrap()
}

fn markdown(document: &LiveDocument) -> String {
    document.tree().to_markdown().trim().to_owned()
}

#[test]
fn a_selection_is_its_texts_without_the_space_around_them() {
    let document = written("Tea is made of leaves.\n\n- one\n- two\n\n```\ncode\n```\n");
    let one = document.selection(&part(&document, 0, " made of ")).unwrap();
    assert_eq!(one.passages, ["made of"]);
    // As Yjs reads a relative position.
    assert!(one.caret.anchor["item"]["client"].is_u64(), "{:?}", one.caret);
    assert_eq!((&one.caret.anchor["assoc"], &one.caret.head["assoc"]), (&0.into(), &(-1).into()));
    let range = positions(&document, (0, "of leaves"), (1, "two"));
    let many = document.selection(&range).unwrap();
    assert_eq!(many.passages, ["of leaves.", "one", "two"]);
    let again = CommentRange::Positions { from: many.from.clone(), to: many.to.clone() };
    assert_eq!(document.selection(&again).unwrap(), many);
    assert_eq!(document.selection(&part(&document, 2, "code")), Err(RangeError::Empty));
    let long = written(&"word ".repeat(SELECTION_CHARS_MAX));
    let all = long.tree().blocks[0].text();
    let refused = long.selection(&part(&long, 0, &all)).unwrap_err();
    assert_eq!(refused, RangeError::TooLong { chars_max: SELECTION_CHARS_MAX });
}

#[test]
fn r9_nothing_changes_before_a_suggestion_is_accepted() {
    let mut document = written("Tea is **made** of leaves.\n\nSecond.");
    let before = document.tree();
    document.suggest(NAME, &part(&document, 0, "made of")).unwrap();
    assert_eq!(now(&document, NAME), ["made of"]);
    assert_eq!(document.tree().to_html(), before.to_html());
    document.uncomment(NAME).unwrap();
    assert_eq!(document.tree(), before);
    assert!(now(&document, NAME).is_empty());
}

#[test]
fn r9_what_people_type_around_stays_and_what_they_type_inside_is_seen() {
    let mut document = written("Tea is made of leaves.\n\nSecond.");
    document.suggest(NAME, &part(&document, 0, "is made of")).unwrap();
    let person = client(9);
    sync(&person, &document);
    type_into_block(&person, 0, 0, "Green ");
    type_into_block(&person, 0, 28, " And water.");
    type_into_block(&person, 1, 0, "The ");
    document.apply(&missing(&person, &document)).unwrap();
    assert_eq!(now(&document, NAME), ["is made of"]);
    type_into_block(&person, 0, 13, "well ");
    document.apply(&missing(&person, &document)).unwrap();
    assert_eq!(now(&document, NAME), ["is well made of"]);
    accept(&mut document, NAME, 77, &["comes from"]);
    assert_eq!(markdown(&document), "Green Tea comes from leaves. And water.\n\nThe Second.");
    assert!(now(&document, NAME).is_empty(), "the anchor is gone");
}

#[test]
fn r9_accepting_is_one_edit_of_the_run_that_leaves_what_is_equal() {
    let mut document = written("Tea is **made** of [leaves](https://a.b) alone.");
    document.comment(OTHER, &part(&document, 0, "leaves")).unwrap();
    let all = document.tree().blocks[0].text();
    document.suggest(NAME, &part(&document, 0, &all)).unwrap();
    let mut reader = LiveDocument::new(2);
    reader.apply(&document.snapshot()).unwrap();
    let accepted = accept(&mut document, NAME, 77, &["Tea was brewed of leaves."]);
    reader.apply(&accepted.update).unwrap();
    assert_eq!(reader.tree(), document.tree());
    assert_eq!(markdown(&document), "Tea was **brewed** of [leaves](https://a.b).");
    assert!(document.commented().contains(OTHER), "the comment stays on its word");
    let by_run: u32 =
        document.written().iter().filter(|piece| piece.client == 77).map(|piece| piece.len).sum();
    assert_eq!(by_run, 9, "\u{201c}was\u{201d} and \u{201c}brewed\u{201d} alone are the run's");
}

#[test]
fn r9_taking_back_brings_the_words_and_keeps_what_people_wrote_since() {
    let mut document = written("Tea is **made** of leaves.\n\nSecond.");
    document.comment(OTHER, &part(&document, 0, "made")).unwrap();
    let before = document.tree();
    document.suggest(NAME, &part(&document, 0, "is made of leaves")).unwrap();
    let accepted = accept(&mut document, NAME, 77, &["was grown from trees"]);
    let person = client(9);
    sync(&person, &document);
    type_into_block(&person, 0, 0, "Green ");
    document.apply(&missing(&person, &document)).unwrap();
    assert_eq!(markdown(&document), "Green Tea was **grown** from trees.\n\nSecond.");
    let update =
        take_back(&mut document, &accepted.progress, &accepted.gone, &|of| of == OTHER).unwrap();
    assert_eq!(markdown(&document), "Green Tea is **made** of leaves.\n\nSecond.");
    assert_eq!(document.commented(), [OTHER.to_owned()].into(), "{before:?}");
    sync(&person, &document);
    assert!(document.holds(&update));
    // Once more there is nothing of the run, and nothing comes twice.
    assert_eq!(take_back(&mut document, &accepted.progress, &accepted.gone, &|_| false), None);
}

#[test]
fn r9_what_moves_in_the_comparison_is_taken_over_in_order() {
    for (old, new) in [("aa b", "so a b a"), ("😀aaa😀a b.", "a.a.a.aa.a"), ("aa 😀b", "b.b a")]
    {
        let mut document = written(&format!("x {old} y"));
        document.suggest(NAME, &part(&document, 0, old)).unwrap();
        accept(&mut document, NAME, 77, &[new]);
        assert_eq!(markdown(&document), format!("x {new} y"));
    }
}

#[test]
fn r9_words_that_a_run_only_took_away_come_back() {
    let mut document = written("It is really very good.");
    document.suggest(NAME, &part(&document, 0, "is really very good")).unwrap();
    let accepted = accept(&mut document, NAME, 77, &["is good"]);
    assert_eq!(markdown(&document), "It is good.");
    take_back(&mut document, &accepted.progress, &accepted.gone, &|_| false).unwrap();
    assert_eq!(markdown(&document), "It is really very good.");
}

#[test]
fn r9_two_runs_in_one_document_leave_each_other_alone() {
    let mut document = written("One old line.\n\nAnother old line.");
    let mut draft = RunWriter::start(500, RunCursor::AtEnd, LinkPolicy::any());
    draft.push(&mut document, "A first paragr").unwrap();
    document.suggest(NAME, &part(&document, 0, "old")).unwrap();
    document.suggest(OTHER, &part(&document, 1, "old")).unwrap();
    let one = accept(&mut document, NAME, 77, &["new"]);
    draft.push(&mut document, "aph of the draft.").unwrap();
    let other = accept(&mut document, OTHER, 78, &["newer"]);
    draft.finish(&mut document);
    assert_eq!(
        markdown(&document),
        "One new line.\n\nAnother newer line.\n\nA first paragraph of the draft."
    );
    take_back(&mut document, &one.progress, &one.gone, &|_| false).unwrap();
    assert_eq!(
        markdown(&document),
        "One old line.\n\nAnother newer line.\n\nA first paragraph of the draft."
    );
    undo_run(&mut document, &draft.progress()).unwrap();
    assert_eq!(markdown(&document), "One old line.\n\nAnother newer line.");
    take_back(&mut document, &other.progress, &other.gone, &|_| false).unwrap();
    assert_eq!(markdown(&document), "One old line.\n\nAnother old line.");
}

#[test]
fn r9_a_text_that_was_split_is_not_overwritten() {
    let mut document = written("Tea is made of leaves.");
    document.suggest(NAME, &part(&document, 0, "made of leaves")).unwrap();
    assert_eq!(document.accept(NAME, 77, &["one".into(), "two".into()]), None);
    let person = client(9);
    sync(&person, &document);
    text_of(&person, 0).remove_range(&mut person.transact_mut(), 7, 14);
    document.apply(&missing(&person, &document)).unwrap();
    assert!(now(&document, NAME).is_empty());
    assert_eq!(document.accept(NAME, 77, &["one".into()]), None);
    assert_eq!(markdown(&document), "Tea is .");
}

proptest! {
    #![proptest_config(sample::cases(128))]

    /// Whatever stands there and whatever is suggested: taken over it is that, and every reader sees
    /// the same; taken back the text is what it was.
    #[test]
    fn r9_any_suggestion_is_taken_over_and_back(
        old in "[ab 😀.]{1,24}[b.]",
        new in "[ab 😀.]{0,24}[a.]",
        bold in any::<bool>(),
    ) {
        let old = old.trim().to_owned();
        let mut document = LiveDocument::new(1);
        let marked = if bold { format!("x **{old}** y") } else { format!("x {old} y") };
        document.replace_with(&ContentTree::from_markdown(&marked));
        let before = document.tree();
        prop_assume!(document.tree().blocks[0].text().contains(&old));
        let range = part(&document, 0, &old);
        document.suggest(NAME, &range).unwrap();
        let mut reader = LiveDocument::new(2);
        reader.apply(&document.snapshot()).unwrap();
        let accepted = accept(&mut document, NAME, 77, &[&new]);
        reader.apply(&accepted.update).unwrap();
        prop_assert_eq!(reader.tree(), document.tree());
        let text = document.tree().blocks[0].text();
        prop_assert!(text.contains(&new) && text.starts_with('x') && text.ends_with('y'), "{}", text);
        if old != new {
            let back = take_back(&mut document, &accepted.progress, &accepted.gone, &|_| false);
            reader.apply(&back.unwrap()).unwrap();
        }
        prop_assert_eq!(&document.tree(), &before);
        prop_assert_eq!(reader.tree(), before);
    }
}
