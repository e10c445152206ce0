//! What differs between two states of a document.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use igny8_actors_document::{Comparison, ContentTree, Fate, Line, LineKind};
use proptest::prelude::*;

fn tree(markdown: &str) -> ContentTree {
    ContentTree::from_markdown(markdown)
}

fn compare(before: &str, after: &str) -> Comparison {
    tree(after).compared_to(&tree(before))
}

/// The text of a line as it was (`Removed`) or as it is (`Added`).
fn side(line: &Line, own: Fate) -> String {
    let of_side = |fate| fate == Fate::Kept || fate == own;
    line.pieces
        .iter()
        .filter(|piece| of_side(piece.fate))
        .map(|piece| piece.text.as_str())
        .collect()
}

/// All lines of one side, as texts.
fn texts(comparison: &Comparison, own: Fate) -> Vec<String> {
    let of_side =
        |line: &&Line| matches!(line.fate, Fate::Kept | Fate::Changed) || line.fate == own;
    comparison.lines.iter().filter(of_side).map(|line| side(line, own)).collect()
}

#[test]
fn equal_states_have_only_kept_lines() {
    let comparison = compare("# Tea\n\nGreen tea.", "# Tea\n\nGreen tea.");
    assert!(comparison.lines.iter().all(|line| line.fate == Fate::Kept));
    assert_eq!((comparison.words_added, comparison.words_removed), (0, 0));
    assert_eq!(comparison.lines[0].kind, LineKind::Heading(1));
}

#[test]
fn a_changed_word_is_shown_within_its_line() {
    let comparison = compare("Green tea is *very* good.", "Green tea is rather good.");
    let line = &comparison.lines[0];
    assert_eq!(line.fate, Fate::Changed);
    let gone: Vec<_> = line.pieces.iter().filter(|piece| piece.fate == Fate::Removed).collect();
    assert_eq!(
        (gone[0].text.as_str(), gone[0].marks.as_slice()),
        ("very", &["italic".to_owned()][..])
    );
    assert_eq!((comparison.words_added, comparison.words_removed), (1, 1));
}

#[test]
fn a_line_between_others_is_added_and_another_removed() {
    let comparison = compare("One.\n\nTwo.\n\nThree.", "One.\n\nThree.\n\n- Four");
    let fates: Vec<_> = comparison.lines.iter().map(|line| line.fate).collect();
    assert_eq!(fates, [Fate::Kept, Fate::Removed, Fate::Kept, Fate::Added]);
    assert_eq!(comparison.lines[3].kind, LineKind::Bullet);
}

#[test]
fn formatting_alone_is_a_change() {
    let comparison = compare("A plain word.", "A **plain** word.");
    assert_eq!(comparison.lines[0].fate, Fate::Changed);
    let bold = comparison.lines[0].pieces.iter().find(|piece| piece.fate == Fate::Added).unwrap();
    assert_eq!((bold.text.as_str(), bold.marks.as_slice()), ("plain", &["bold".to_owned()][..]));
}

fn paragraphs() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-c]{1,2}( [a-c]{1,2}){0,4}", 0..8)
}

proptest! {
    /// Whatever is shown as kept and removed is the earlier state, and with what is added the
    /// later one: nothing is left out and nothing invented.
    #[test]
    fn r7_a_comparison_holds_both_states(before in paragraphs(), after in paragraphs()) {
        let comparison = compare(&before.join("\n\n"), &after.join("\n\n"));
        prop_assert_eq!(texts(&comparison, Fate::Removed), before);
        prop_assert_eq!(texts(&comparison, Fate::Added), after);
    }
}
