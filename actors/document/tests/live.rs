//! R8: updates are checked on their own; what is refused leaves no trace; merges are repaired.
#![allow(clippy::unwrap_used)] // A test may stop where it is surprised.

mod sample;

use bytes::Bytes;
use igny8_actors_document::{
    ContentTree, DocumentKind, ImageNode, LiveDocument, LoadError, UPDATE_BYTES_MAX, UpdateRefused,
};
use sample::{client, missing, sync, written};
use yrs::updates::decoder::Decode;
use yrs::{
    Any, Doc, ReadTxn, StateVector, Text, Transact, TransactionMut, Update, Xml, XmlElementPrelim,
    XmlElementRef, XmlFragment, XmlFragmentRef, XmlOut, XmlTextPrelim,
};

/// One edit by a person, as the update their editor would send.
fn edit(person: &Doc, change: impl FnOnce(&mut TransactionMut<'_>, &XmlFragmentRef)) -> Vec<u8> {
    let mut txn = person.transact_mut();
    let root = txn.get_xml_fragment("default").unwrap();
    change(&mut txn, &root);
    txn.encode_update_v1()
}

fn paragraph(txn: &mut TransactionMut<'_>, root: &XmlFragmentRef, text: &str) -> XmlElementRef {
    let paragraph = root.push_back(txn, XmlElementPrelim::empty("paragraph"));
    paragraph.push_back(txn, XmlTextPrelim::new(text));
    paragraph
}

fn add(text: &'static str) -> impl FnOnce(&mut TransactionMut<'_>, &XmlFragmentRef) {
    move |txn, root| _ = paragraph(txn, root, text)
}

fn element(node: Option<XmlOut>) -> XmlElementRef {
    node.and_then(XmlOut::into_xml_element).unwrap()
}

fn assert_unchanged(document: &LiveDocument, before: &[u8]) {
    assert_eq!(document.snapshot(), before);
}

#[test]
fn r8_a_keystroke_is_taken_and_its_delta_is_what_it_added() {
    let person = client(9);
    let mut document = LiveDocument::new(1);
    let update = edit(&person, |txn, root| {
        paragraph(txn, root, "Hello");
    });
    let applied = document.apply(&update).unwrap();
    assert!(applied.changed);
    let mut other = LiveDocument::new(2);
    other.apply(&applied.delta).unwrap();
    assert_eq!(other.tree(), document.tree());
    assert_eq!(document.tree().to_plain_text(), "Hello");
}

#[test]
fn r8_a_duplicate_is_taken_and_changes_nothing() {
    let person = client(9);
    let mut document = LiveDocument::new(1);
    let update = edit(&person, |txn, root| {
        paragraph(txn, root, "Hello");
    });
    document.apply(&update).unwrap();
    let before = document.snapshot();
    assert!(!document.apply(&update).unwrap().changed);
    assert_unchanged(&document, &before);
}

#[test]
fn r8_a_delete_only_update_is_taken() {
    let mut document = written("one\n\ntwo");
    let person = client(9);
    sync(&person, &document);
    let update = edit(&person, |txn, root| root.remove(txn, 0));
    let applied = document.apply(&update).unwrap();
    assert!(applied.changed);
    assert_eq!(document.tree().to_plain_text(), "two");
    assert!(!document.apply(&update).unwrap().changed);
}

#[test]
fn r8_an_overlapping_update_adds_only_what_is_new() {
    let person = client(9);
    let mut document = LiveDocument::new(1);
    document.apply(&edit(&person, add("a"))).unwrap();
    edit(&person, add("b"));
    let whole = person.transact().encode_diff_v1(&StateVector::default());
    let applied = document.apply(&whole).unwrap();
    assert!(applied.changed && applied.delta.len() < whole.len());
    assert_eq!(document.tree().to_plain_text(), "a\n\nb");
}

#[test]
fn r8_a_gap_is_answered_with_what_we_have() {
    let person = client(9);
    let mut document = LiveDocument::new(1);
    document.apply(&edit(&person, add("a"))).unwrap();
    edit(&person, add("lost"));
    let late = edit(&person, add("c"));
    let before = document.snapshot();
    let refused = document.apply(&late).unwrap_err();
    assert_eq!(refused, UpdateRefused::Gap { have_state_vector: document.state_vector() });
    assert_unchanged(&document, &before);
    document.apply(&missing(&person, &document)).unwrap();
    assert_eq!(document.tree().to_plain_text(), "a\n\nlost\n\nc");
}

#[test]
fn r8_an_update_that_deletes_or_follows_what_never_arrived_is_a_gap() {
    let (first, second) = (client(9), client(10));
    edit(&first, add("unseen"));
    let all = first.transact().encode_diff_v1(&StateVector::default());
    second.transact_mut().apply_update(Update::decode_v1(&all).unwrap()).unwrap();
    let follows = edit(&second, add("after"));
    let deletes = edit(&second, |txn, root| root.remove(txn, 0));
    let mut document = LiveDocument::new(1);
    for update in [follows, deletes] {
        assert!(matches!(document.apply(&update), Err(UpdateRefused::Gap { .. })));
        assert_eq!(document.tree(), ContentTree::default());
    }
}

#[test]
fn r8_a_skip_is_refused() {
    let person = client(9);
    let a = edit(&person, add("a"));
    edit(&person, add("hole"));
    let c = edit(&person, add("c"));
    let holed = yrs::merge_updates_v1([a, c]).unwrap();
    let mut document = LiveDocument::new(1);
    assert_eq!(document.apply(&holed), Err(UpdateRefused::Skip));
    assert_eq!(document.tree(), ContentTree::default());
}

#[test]
fn r8_too_large_and_undecodable_updates_are_refused() {
    let mut document = LiveDocument::new(1);
    let large = vec![0; UPDATE_BYTES_MAX + 1];
    assert!(matches!(document.apply(&large), Err(UpdateRefused::TooLarge { .. })));
    for bytes in [&b""[..], b"\x01", b"no update at all", b"\x00\x00\x00"] {
        assert!(
            matches!(document.apply(bytes), Err(UpdateRefused::Undecodable { .. })),
            "{bytes:?}"
        );
    }
    assert!(document.diff(b"\xff").is_err());
    assert_eq!(document.tree(), ContentTree::default());
}

type Change = fn(&mut TransactionMut<'_>, &XmlFragmentRef);

#[test]
fn r8_what_the_schema_does_not_know_is_refused() {
    let changes: [(&str, Change); 14] = [
        ("node", |txn, root| _ = root.push_back(txn, XmlElementPrelim::empty("script"))),
        ("bare text", |txn, root| _ = root.push_back(txn, XmlTextPrelim::new("bare"))),
        ("item alone", |txn, root| _ = root.push_back(txn, XmlElementPrelim::empty("listItem"))),
        ("paragraph in paragraph", |txn, root| {
            let p = paragraph(txn, root, "x");
            p.push_back(txn, XmlElementPrelim::empty("paragraph"));
        }),
        ("text in list", |txn, root| {
            let list = root.push_back(txn, XmlElementPrelim::empty("bulletList"));
            list.push_back(txn, XmlTextPrelim::new("x"));
        }),
        ("level as text", |txn, root| {
            let h = root.push_back(txn, XmlElementPrelim::empty("heading"));
            h.insert_attribute(txn, "level", "2");
        }),
        ("level 7", |txn, root| {
            let h = root.push_back(txn, XmlElementPrelim::empty("heading"));
            h.insert_attribute(txn, "level", 7i64);
        }),
        ("attribute", |txn, root| {
            let p = paragraph(txn, root, "x");
            p.insert_attribute(txn, "onclick", "alert(1)");
        }),
        ("image scheme", |txn, root| {
            let image = root.push_back(txn, XmlElementPrelim::empty("image"));
            image.insert_attribute(txn, "src", "data:image/png;base64,xx");
        }),
        ("mark", |txn, root| mark(txn, root, "blink", Any::Map(Default::default()))),
        ("mark value", |txn, root| mark(txn, root, "bold", Any::from("yes"))),
        ("link scheme", |txn, root| {
            let href = [("href".to_owned(), Any::from("java\tscript:alert(1)"))];
            mark(txn, root, "link", Any::Map(std::sync::Arc::new(href.into())));
        }),
        ("mark in code", |txn, root| {
            let code = root.push_back(txn, XmlElementPrelim::empty("codeBlock"));
            let text = code.push_back(txn, XmlTextPrelim::new("x"));
            text.format(txn, 0, 1, [("bold".into(), Any::Map(Default::default()))].into());
        }),
        ("embed", |txn, root| {
            let p = paragraph(txn, root, "x");
            let text = p.first_child().and_then(XmlOut::into_xml_text).unwrap();
            text.insert_embed(txn, 0, Any::from("x"));
        }),
    ];
    for (name, change) in changes {
        let mut document = written("start");
        let person = client(9);
        sync(&person, &document);
        let before = document.snapshot();
        let refused = document.apply(&edit(&person, change));
        assert!(matches!(refused, Err(UpdateRefused::Schema { .. })), "{name}: {refused:?}");
        assert_unchanged(&document, &before);
    }
}

fn mark(txn: &mut TransactionMut<'_>, root: &XmlFragmentRef, key: &str, value: Any) {
    let p = paragraph(txn, root, "marked");
    let text = p.first_child().and_then(XmlOut::into_xml_text).unwrap();
    text.format(txn, 0, 3, [(key.into(), value)].into());
}

#[test]
fn r8_an_overwritten_attribute_is_checked_too() {
    let mut document = written("## Head");
    let person = client(9);
    sync(&person, &document);
    let good = edit(&person, |txn, root| {
        element(root.get(txn, 0)).insert_attribute(txn, "level", 3i64);
    });
    document.apply(&good).unwrap();
    assert!(document.tree().to_markdown().starts_with("### Head"));
    let before = document.snapshot();
    let bad = edit(&person, |txn, root| {
        element(root.get(txn, 0)).insert_attribute(txn, "level", "4");
    });
    assert!(matches!(document.apply(&bad), Err(UpdateRefused::Schema { .. })));
    assert_eq!(document.tree(), written_from(&before).tree());
    assert_eq!(document.state_vector(), written_from(&before).state_vector());
}

fn written_from(snapshot: &Bytes) -> LiveDocument {
    LiveDocument::load(DocumentKind::Article, 1, Some(snapshot), Vec::<Vec<u8>>::new()).unwrap()
}

#[test]
fn r8_other_roots_are_refused() {
    let person = client(9);
    let map = person.get_or_insert_map("config");
    yrs::Map::insert(&map, &mut person.transact_mut(), "a", true);
    let update = person.transact().encode_diff_v1(&StateVector::default());
    assert!(matches!(LiveDocument::new(1).apply(&update), Err(UpdateRefused::Schema { .. })));
}

#[test]
fn r8_nesting_deeper_than_twenty_is_refused() {
    let person = client(9);
    let mut document = LiveDocument::new(1);
    let nest = |depth: usize| {
        move |txn: &mut TransactionMut<'_>, root: &XmlFragmentRef| {
            let mut inner = root.push_back(txn, XmlElementPrelim::empty("blockquote"));
            for _ in 2..depth {
                inner = inner.push_back(txn, XmlElementPrelim::empty("blockquote"));
            }
            inner.push_back(txn, XmlElementPrelim::empty("paragraph"));
        }
    };
    document.apply(&edit(&person, nest(20))).unwrap();
    let refused = document.apply(&edit(&person, nest(21)));
    assert!(matches!(refused, Err(UpdateRefused::Schema { .. })), "{refused:?}");
}

#[test]
fn r8_every_mark_and_node_of_the_schema_is_taken() {
    let json = serde_json::json!({"type": "doc", "content": [
        {"type": "heading", "attrs": {"level": 6}, "content": [{"type": "text", "text": "h"}]},
        {"type": "paragraph", "content": [
            {"type": "text", "text": "a", "marks": [{"type": "bold"}, {"type": "italic"},
                {"type": "strike"}, {"type": "underline"},
                {"type": "link", "attrs": {"href": "mailto:a@b.c", "target": "_blank", "rel": "nofollow", "class": null}}]},
            {"type": "hardBreak"},
            {"type": "text", "text": "c", "marks": [{"type": "code"}]}]},
        {"type": "orderedList", "attrs": {"start": 4}, "content": [{"type": "listItem", "content": [{"type": "paragraph"}]}]},
        {"type": "codeBlock", "attrs": {"language": "rust"}, "content": [{"type": "text", "text": "x"}]},
        {"type": "horizontalRule"},
        {"type": "image", "attrs": {"src": "/a.png", "alt": "a", "title": "t", "width": 10, "height": 20}},
        {"type": "blockquote", "content": [{"type": "paragraph"}]},
        {"type": "table", "content": [{"type": "tableRow", "content": [
            {"type": "tableHeader", "attrs": {"colspan": 2, "rowspan": 1, "colwidth": [100, null], "align": "right"}, "content": [{"type": "paragraph"}]},
            {"type": "tableCell", "content": [{"type": "paragraph"}]}]}]}]});
    let tree = ContentTree::from_prosemirror_json(&json).unwrap();
    let mut server = LiveDocument::new(1);
    let update = server.replace_with(&tree);
    let mut strict = LiveDocument::new(2);
    strict.apply(&update).unwrap();
    assert_eq!(strict.tree(), tree);
    let table = &strict.tree().to_prosemirror_json()["content"][7];
    let attributes = &table["content"][0]["content"][0]["attrs"];
    let wanted = serde_json::json!({"colspan": 2, "colwidth": [100, null], "align": "right"});
    assert_eq!(*attributes, wanted);
    let person = client(9);
    sync(&person, &strict);
    let comment = [("commentId".to_owned(), Any::from("c1"))];
    let update = edit(&person, |txn, root| {
        mark(txn, root, "comment--aB3+/x9Q", Any::Map(std::sync::Arc::new(comment.into())));
    });
    strict.apply(&update).unwrap();
}

#[test]
fn r8_what_a_merge_made_invalid_is_repaired() {
    let mut document = written("- a\n- b\n\nend");
    let (one, two) = (client(9), client(10));
    sync(&one, &document);
    sync(&two, &document);
    let first = edit(&one, |txn, root| element(root.get(txn, 0)).remove(txn, 0));
    let second = edit(&two, |txn, root| element(root.get(txn, 0)).remove(txn, 1));
    document.apply(&first).unwrap();
    assert_eq!(document.repair(), None);
    assert!(document.apply(&second).unwrap().suspect);
    let repair = document.repair().expect("the list is empty");
    assert_eq!(document.tree(), ContentTree::from_markdown("end"));
    assert_eq!(document.repair(), None);
    let mut reader = LiveDocument::new(2);
    reader.apply(&document.snapshot()).unwrap();
    assert_eq!(reader.tree(), document.tree());
    sync(&one, &document);
    sync(&two, &document);
    assert!(!repair.is_empty());
    assert_eq!(document.apply(&missing(&one, &document)).map(|applied| applied.changed), Ok(false));
}

#[test]
fn r8_a_list_item_that_lost_its_paragraph_gets_one() {
    let mut document = written("- a\n  - b");
    let person = client(9);
    sync(&person, &document);
    let update = edit(&person, |txn, root| {
        let list = element(root.get(txn, 0));
        element(list.get(txn, 0)).remove(txn, 0);
    });
    document.apply(&update).unwrap();
    assert!(document.repair().is_some());
    assert_eq!(document.tree(), ContentTree::from_markdown("-\n  - b"));
}

#[test]
fn r8_load_names_the_offender() {
    let good = written("a").snapshot();
    let bad = Bytes::from_static(b"garbage");
    let load = |snapshot: Option<&Bytes>, updates: Vec<Bytes>| {
        LiveDocument::load(DocumentKind::Article, 2, snapshot, updates).map(|_| ()).unwrap_err()
    };
    assert_eq!(load(None, vec![good.clone(), bad.clone()]), LoadError::Update { index: 1 });
    assert_eq!(load(Some(&bad), vec![]), LoadError::Snapshot);
    let person = client(9);
    edit(&person, add("lost"));
    let late = edit(&person, add("b"));
    assert_eq!(load(Some(&good), vec![late.into()]), LoadError::Incomplete);
}

#[test]
fn seed_gives_one_paragraph_once() {
    let mut document = LiveDocument::new(1);
    assert!(document.seed().is_some());
    assert!(document.seed().is_none());
    assert_eq!(document.tree().blocks.len(), 1);
    let image = ImageNode { src: "/i.png".into(), ..ImageNode::default() };
    document.insert_image(None, &image);
    document.insert_image(Some(99), &image);
    assert_eq!(document.tree().images().len(), 2);
}

/// What somebody types: words that come, go and turn bold, each an edit by itself.
fn typed(person: &Doc) -> Vec<Vec<u8>> {
    let first = edit(person, |txn, root| {
        paragraph(txn, root, "");
    });
    let strokes = (0..300u32).map(|at| {
        edit(person, |txn, root| {
            let block = element(root.get(txn, root.len(txn) - 1));
            let text = block.get(txn, 0).and_then(XmlOut::into_xml_text).unwrap();
            match at % 7 {
                5 => text.remove_range(txn, text.len(txn) / 2, 1),
                6 if at % 5 == 0 => drop(paragraph(txn, root, "")),
                6 => {
                    let bold = [("bold".into(), Any::Map(std::collections::HashMap::new().into()))];
                    text.format(txn, 0, text.len(txn), bold.into());
                }
                _ => text.insert(txn, text.len(txn), "ab"),
            }
        })
    });
    std::iter::once(first).chain(strokes).collect()
}

#[test]
fn r8_edits_taken_together_are_what_they_are_one_by_one() {
    let edits = typed(&client(9));
    let (mut single, mut bundled, mut reader) =
        (LiveDocument::new(1), LiveDocument::new(1), LiveDocument::new(2));
    for edit in &edits {
        single.apply(edit).unwrap();
    }
    for bundle in edits.chunks(40) {
        let bundle: Vec<&[u8]> = bundle.iter().map(Vec::as_slice).collect();
        let applied = bundled.apply_together(&bundle).unwrap();
        assert!(applied.changed);
        reader.apply(&applied.delta).unwrap();
        // Sent again after a break, they change nothing.
        assert!(!bundled.apply_together(&bundle).unwrap().changed);
    }
    assert!(single.tree().to_plain_text().contains("abab"));
    for other in [&bundled, &reader] {
        assert_eq!(single.tree(), other.tree());
        assert_eq!(single.clocks(), other.clocks());
    }
}

#[test]
fn r8_a_bundle_with_something_that_is_refused_is_not_taken() {
    let person = client(9);
    let edits = typed(&person);
    let foreign = edit(&person, |txn, root| {
        root.push_back(txn, XmlElementPrelim::empty("marquee"));
    });
    let mut document = LiveDocument::new(1);
    document.apply(&edits[0]).unwrap();
    let before = document.snapshot();
    let later = &edits[3];
    for wrong in [&foreign, later, &vec![0xff; 30], &Vec::new()] {
        assert_eq!(None, document.apply_together(&[&edits[1], wrong]));
        assert_unchanged(&document, &before);
    }
    assert!(document.apply_together(&[&edits[1], &edits[2], later]).is_some());
}
