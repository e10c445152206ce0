//! Anchors of comments: put on by what editors and programs have, and there as long as their text.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod sample;

use base64::{Engine, prelude::BASE64_STANDARD};
use igny8_actors_document::{
    Block, BlockEdit, CommentRange, ContentTree, Inline, LiveDocument, Mark, RangeError,
};
use sample::{client, missing, part, sync, written};
use yrs::{Text, Transact};

const ONE: &str = "0193b1c0-0000-7000-8000-000000000001";
const TWO: &str = "0193b1c0-0000-7000-8000-000000000002";

/// "Tea is made of leaves." and "Second.", as y-prosemirror wrote it.
const BY_TIPTAP: &str = "AQZNAAcBB2RlZmF1bHQDCXBhcmFncmFwaAcATQAGBABNARZUZWEgaXMgbWFkZSBvZiBsZWF2ZXMuh00AAwlwYXJhZ3JhcGgHAE0YBgQATRkHU2Vjb25kLgA=";

fn bytes(base64: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(base64).unwrap()
}

fn by_tiptap() -> LiveDocument {
    let mut document = LiveDocument::new(1);
    document.apply(&bytes(BY_TIPTAP)).unwrap();
    document
}

fn positions(from: &str, to: &str) -> CommentRange {
    CommentRange::Positions { from: bytes(from), to: bytes(to) }
}

/// The text under a thread, `|` between pieces that do not touch.
fn under(document: &LiveDocument, thread: &str) -> String {
    let mut found = String::new();
    for block in &document.tree().blocks {
        let Block::Paragraph { content } = block else { continue };
        for inline in content {
            let Inline::Text { text, marks } = inline else { continue };
            let here = marks.iter().any(|mark| {
                matches!(mark, Mark::Comment { attributes, .. } if attributes["thread"] == thread)
            });
            match here {
                true => found.push_str(text),
                false if found.ends_with('|') => {}
                false => found.push('|'),
            }
        }
        found.push('|');
    }
    found.split('|').filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join("|")
}

#[test]
fn the_mark_is_the_one_that_tiptap_writes() {
    let mut document = by_tiptap();
    let made = document.comment(ONE, &positions("AE0IQQ==", "AE0MQQ==")).unwrap();
    assert_eq!(made.quote, "made");
    assert_eq!(under(&document, ONE), "made");
    let json = document.tree().to_prosemirror_json().to_string();
    assert!(
        json.contains(
            r#"{"attrs":{"thread":"0193b1c0-0000-7000-8000-000000000001"},"type":"comment"}"#
        ),
        "{json}"
    );
    let Block::Paragraph { content } = &document.tree().blocks[0] else { panic!("a paragraph") };
    let Inline::Text { marks, .. } = &content[1] else { panic!("text") };
    assert!(matches!(&marks[0], Mark::Comment { key, .. } if key == "S4IFN/5T"), "{marks:?}");
    let mut reader = by_tiptap();
    reader.apply(&made.update).unwrap();
    assert_eq!(reader.tree(), document.tree());
}

#[test]
fn positions_beside_and_between_blocks_are_understood() {
    for (from, to, quote) in [
        ("Ak0BQQ==", "AE0XQQ==", "Tea is made of leaves."),
        ("AE0YAA==", "AQdkZWZhdWx0AA==", "Second."),
        ("AE0IQQ==", "AE0YQQ==", "made of leaves.\nSecond."),
        ("AE0gQQ==", "AE0XQQ==", "Second."),
    ] {
        let made = by_tiptap().comment(ONE, &positions(from, to)).unwrap();
        assert_eq!(made.quote, quote, "{from} to {to}");
    }
    let refused = |from: &str, to: &str| by_tiptap().comment(ONE, &positions(from, to));
    assert_eq!(refused("AE0IQQ==", "AE0IQQ=="), Err(RangeError::Empty));
    assert_eq!(refused("AE0IQQ==", "////"), Err(RangeError::Unreadable));
    assert_eq!(refused("AE0IQQ==", "AE1kQQ=="), Err(RangeError::Unknown));
}

#[test]
fn a_program_names_a_block_as_it_read_it() {
    let mut document = written("One 😀 two.\n\n```\ncode\n```");
    let range = part(&document, 0, "two");
    assert_eq!(range, CommentRange::Block { index: 0, key: range_key(&range), from: 7, to: 10 });
    assert_eq!(document.comment(ONE, &range).unwrap().quote, "two");
    // A comment does not change what a block says.
    assert_eq!(document.comment(TWO, &range).unwrap().quote, "two");
    let code = part(&document, 1, "code");
    assert_eq!(document.comment(TWO, &code), Err(RangeError::Empty));
    let CommentRange::Block { key, .. } = part(&document, 0, "two") else { panic!("a block") };
    let off = CommentRange::Block { index: 0, key: key.clone(), from: 7, to: 12 };
    assert_eq!(document.comment(TWO, &off), Err(RangeError::Outside { len: 11 }));
    let other = CommentRange::Block { index: 1, key, from: 0, to: 1 };
    assert_eq!(document.comment(TWO, &other), Err(RangeError::Changed { index: 1 }));
    let none = CommentRange::Block { index: 2, key: String::new(), from: 0, to: 1 };
    assert_eq!(document.comment(TWO, &none), Err(RangeError::NoBlock { index: 2, len: 2 }));
}

fn range_key(range: &CommentRange) -> String {
    match range {
        CommentRange::Block { key, .. } => key.clone(),
        CommentRange::Positions { .. } => String::new(),
    }
}

#[test]
fn overlapping_anchors_are_apart_and_one_is_taken_off() {
    let mut document = written("Tea is made of leaves.");
    document.comment(ONE, &part(&document, 0, "is made")).unwrap();
    document.comment(TWO, &part(&document, 0, "made of")).unwrap();
    assert_eq!(
        (under(&document, ONE), under(&document, TWO)),
        ("is made".into(), "made of".into())
    );
    assert_eq!(document.commented().len(), 2);
    document.uncomment(ONE).unwrap();
    assert_eq!((under(&document, ONE), under(&document, TWO)), (String::new(), "made of".into()));
    assert_eq!(document.uncomment(ONE), None);
}

#[test]
fn an_anchor_stays_while_people_type_in_and_around_it_and_goes_with_its_text() {
    let mut document = written("Tea is made of leaves.");
    document.comment(ONE, &part(&document, 0, "made")).unwrap();
    let person = client(9);
    sync(&person, &document);
    let text = sample::text_of(&person, 0);
    {
        let mut txn = person.transact_mut();
        text.insert(&mut txn, 9, "xx");
        text.insert(&mut txn, 0, "Green ");
    }
    document.apply(&missing(&person, &document)).unwrap();
    assert_eq!(under(&document, ONE), "maxxde");
    text.remove_range(&mut person.transact_mut(), 13, 6);
    document.apply(&missing(&person, &document)).unwrap();
    assert!(document.commented().is_empty(), "{:?}", document.tree());
    assert_eq!(document.tree().to_markdown().trim(), "Green Tea is  of leaves.");
}

#[test]
fn no_anchor_leaves_the_document() {
    let mut document = written("Tea is **made** of leaves.");
    let (before, after_comment) = (document.tree(), part(&document, 0, "is made"));
    document.comment(ONE, &after_comment).unwrap();
    let after = document.tree();
    assert_ne!(after, before);
    assert_eq!(after.to_html(), before.to_html());
    assert_eq!(after.to_markdown(), before.to_markdown());
    assert_eq!(after.to_wordpress_blocks(), before.to_wordpress_blocks());
    assert_eq!(after.to_plain_text(), before.to_plain_text());
}

#[test]
fn a_rewritten_text_keeps_the_anchors_on_what_stays() {
    let mut document = written("Tea is made of leaves.\n\nSecond.\n\nThird.");
    document.comment(ONE, &part(&document, 0, "made")).unwrap();
    document.comment(TWO, &part(&document, 1, "Second")).unwrap();
    let rewritten = "Green tea was made of old leaves.\n\nSecond.\n\nThe last.";
    document.replace_with(&ContentTree::from_markdown(rewritten));
    assert_eq!(document.tree().to_markdown().trim(), rewritten);
    assert_eq!((under(&document, ONE), under(&document, TWO)), ("made".into(), "Second".into()));
    let replace = BlockEdit::Replace {
        index: 1,
        key: document.tree().blocks[1].key(),
        blocks: ContentTree::from_markdown("A second.").blocks,
    };
    let patched = document.tree().patched(&[replace]).unwrap();
    document.replace_with(&patched);
    assert_eq!((under(&document, ONE), under(&document, TWO)), ("made".into(), String::new()));
}

#[test]
fn what_moves_down_keeps_its_anchors() {
    let mut document =
        written("Tea is made.\n\nSecond one.\n\n- a b c\n- d\n\nThird.\n\nLast of it.");
    document.comment(ONE, &part(&document, 1, "Second")).unwrap();
    document.comment(TWO, &part(&document, 4, "Last of")).unwrap();
    let rewritten = "New.\n\nTea is made.\n\nHere too.\n\nSecond one now.\n\n- x\n- a b c\n- d\n\nLast of all it.";
    document.replace_with(&ContentTree::from_markdown(rewritten));
    assert_eq!(document.tree().to_markdown().trim(), rewritten);
    assert_eq!((under(&document, ONE), under(&document, TWO)), ("Second".into(), "Last of".into()));
}

#[test]
fn what_is_put_into_an_anchor_is_under_it_and_what_is_put_beside_is_not() {
    let mut document = written("Tea is made of leaves.");
    document.comment(ONE, &part(&document, 0, "is made of")).unwrap();
    document.replace_with(&ContentTree::from_markdown("Tea yes is well made of course leaves."));
    assert_eq!(under(&document, ONE), "is well made of");
}

#[test]
fn a_text_that_comes_back_brings_the_anchors_that_are_kept() {
    let mut document = written("Tea is made of leaves.\n\nSecond.");
    document.comment(ONE, &part(&document, 0, "made")).unwrap();
    document.comment(TWO, &part(&document, 1, "Second")).unwrap();
    let kept = document.tree();
    document.uncomment(TWO).unwrap();
    document.replace_with(&ContentTree::from_markdown("Nothing."));
    assert!(document.commented().is_empty());
    document.replace_with(&kept.keeping_comments(&|thread| thread == ONE));
    assert_eq!((under(&document, ONE), under(&document, TWO)), ("made".into(), String::new()));
    // The text is the same, the anchor alone is missing.
    document.uncomment(ONE).unwrap();
    document.replace_with(&kept.keeping_comments(&|thread| thread == ONE));
    assert_eq!((under(&document, ONE), under(&document, TWO)), ("made".into(), String::new()));
}
