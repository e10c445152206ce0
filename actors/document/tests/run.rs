//! R9: a run writes the article its Markdown means, in any pieces, past crashes and beside people.
#![allow(clippy::unwrap_used)] // A test may stop where it is surprised.

mod sample;

use igny8_actors_document::{
    ContentTree, DocumentKind, LinkPolicy, LiveDocument, RunCursor, RunProgress, RunWriter,
    undo_run,
};
use proptest::prelude::*;
use sample::{SAMPLES, client, markdown, pieces, sync};

const RUN: u64 = 77;

fn write_all(document: &mut LiveDocument, pieces: &[String]) -> Option<RunProgress> {
    let mut writer = RunWriter::start(RUN, RunCursor::AtEnd, LinkPolicy::any());
    let mut progress = None;
    for piece in pieces {
        if let Some(step) = writer.push(document, piece) {
            progress = Some(step.progress);
        }
    }
    writer.finish(document).map(|step| step.progress).or(progress)
}

#[test]
fn r9_samples_in_single_characters_give_the_whole_tree() {
    for sample in SAMPLES {
        let mut document = LiveDocument::new(1);
        let pieces: Vec<String> = sample.chars().map(String::from).collect();
        write_all(&mut document, &pieces);
        assert_eq!(document.tree(), ContentTree::from_markdown(sample), "{sample}");
    }
}

#[test]
fn r9_a_guess_that_leaves_nothing_is_taken_back() {
    let text = "![i](/p.png)<br>";
    for cut in 0..text.len() {
        let mut document = LiveDocument::new(1);
        write_all(&mut document, &[text[..cut].to_owned(), text[cut..].to_owned()]);
        assert_eq!(document.tree(), ContentTree::from_markdown(text));
    }
}

#[test]
fn r9_a_table_that_a_paragraph_ends_in_is_read_with_it() {
    let text = "😀\n    | a | b |\n|---|---|\n| c | d |\n+ \n\nword";
    for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        let mut document = LiveDocument::new(1);
        write_all(&mut document, &[text[..cut].to_owned(), text[cut..].to_owned()]);
        assert_eq!(document.tree(), ContentTree::from_markdown(text), "cut at {cut}");
    }
}

proptest! {
    #![proptest_config(sample::cases(300))]

    #[test]
    fn r9_random_pieces_give_the_tree_of_the_whole((text, cuts) in (markdown(), prop::collection::vec(0usize..2000, 0..40))) {
        let mut document = LiveDocument::new(1);
        write_all(&mut document, &pieces(&text, &cuts));
        prop_assert_eq!(document.tree(), ContentTree::from_markdown(&text));
    }

    #[test]
    fn r9_every_update_of_a_run_is_valid_for_a_strict_reader((text, cuts) in (markdown(), prop::collection::vec(0usize..2000, 0..40))) {
        let mut document = LiveDocument::new(1);
        let mut reader = LiveDocument::new(2);
        let mut writer = RunWriter::start(RUN, RunCursor::AtEnd, LinkPolicy::any());
        for piece in pieces(&text, &cuts) {
            if let Some(step) = writer.push(&mut document, &piece) {
                let applied = reader.apply(&step.update);
                prop_assert!(applied.is_ok(), "{:?}", applied);
                prop_assert_eq!(reader.repair(), None);
            }
        }
        if let Some(step) = writer.finish(&mut document) {
            let applied = reader.apply(&step.update);
            prop_assert!(applied.is_ok(), "{:?}", applied);
            prop_assert_eq!(reader.repair(), None);
        }
        prop_assert_eq!(reader.tree(), document.tree());
    }

    #[test]
    fn r9_resume_after_any_step_gives_the_same_tree((text, cuts, crash) in (markdown(), prop::collection::vec(0usize..2000, 0..40), 0usize..40)) {
        let mut document = LiveDocument::new(1);
        let mut writer = RunWriter::start(RUN, RunCursor::AtEnd, LinkPolicy::any());
        let mut progress = writer.progress();
        let mut received = String::new();
        for (index, piece) in pieces(&text, &cuts).iter().enumerate() {
            if index == crash {
                let stored = document.snapshot();
                document = LiveDocument::load(DocumentKind::Article, 3, Some(&stored), Vec::<Vec<u8>>::new()).unwrap();
                let stored = serde_json::to_string(&progress).unwrap();
                let restored: RunProgress = serde_json::from_str(&stored).unwrap();
                writer = RunWriter::resume(RUN, &restored, &received, LinkPolicy::any());
            }
            received.push_str(piece);
            if let Some(step) = writer.push(&mut document, piece) {
                progress = step.progress;
            }
        }
        writer.finish(&mut document);
        prop_assert_eq!(document.tree(), ContentTree::from_markdown(&text));
    }

    #[test]
    fn r9_undo_leaves_nothing_of_an_untouched_run((text, cuts) in (markdown(), prop::collection::vec(0usize..2000, 0..20))) {
        let mut document = LiveDocument::new(1);
        if let Some(progress) = write_all(&mut document, &pieces(&text, &cuts)) {
            undo_run(&mut document, &progress);
        }
        prop_assert_eq!(document.tree(), ContentTree::default());
    }
}

#[test]
fn r9_undo_keeps_a_block_with_human_text_in_it() {
    let mut document = LiveDocument::new(1);
    let progress =
        write_all(&mut document, &["One two.\n\n- a\n- b\n\n# Head\n".to_owned()]).unwrap();
    let person = client(9);
    sync(&person, &document);
    sample::type_into_block(&person, 0, 4, "HUMAN ");
    document.apply(&sample::missing(&person, &document)).unwrap();
    assert!(undo_run(&mut document, &progress).is_some());
    assert_eq!(document.tree().to_plain_text(), "HUMAN ");
}

#[test]
fn r9_text_goes_on_in_a_new_block_when_a_person_deletes_the_open_one() {
    let mut document = LiveDocument::new(1);
    let mut writer = RunWriter::start(RUN, RunCursor::AtEnd, LinkPolicy::any());
    writer.push(&mut document, "First.\n\nSecond begins");
    let person = client(9);
    sync(&person, &document);
    sample::delete_block(&person, 1);
    document.apply(&sample::missing(&person, &document)).unwrap();
    writer.push(&mut document, " and goes on");
    writer.finish(&mut document);
    assert_eq!(document.tree().to_plain_text(), "First.\n\n and goes on");
}
