//! R8 in rooms of kind *free*: any Yjs content is taken; what would hurt a reader is not.
#![allow(clippy::unwrap_used)] // A test may stop where it is surprised.

use igny8_actors_document::{DocumentKind, LiveDocument, UpdateRefused, adds_to};
use yrs::encoding::write::Write;
use yrs::types::ToJson;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::{Encoder, EncoderV1};
use yrs::{
    Any, Array, ArrayPrelim, ClientID, Doc, GetString, In, Map, MapPrelim, ReadTxn, StateVector,
    Text, TextPrelim, Transact, Update, WriteTxn, XmlElementPrelim, XmlFragment,
};

fn person(id: u64) -> Doc {
    Doc::with_client_id(id)
}

fn state(doc: &Doc) -> Vec<u8> {
    doc.transact().encode_diff_v1(&StateVector::default())
}

fn free() -> LiveDocument {
    LiveDocument::empty(DocumentKind::Free, 1)
}

/// Everything that Yjs 13 has, in one another.
fn drawing(doc: &Doc) {
    let mut txn = doc.transact_mut();
    let shapes = txn.get_or_insert_map("shapes");
    let shape = shapes.insert(&mut txn, "a", MapPrelim::from([("x", In::from(1.5))]));
    let points = shape.insert(&mut txn, "points", ArrayPrelim::from([1, 2, 3]));
    points.push_back(&mut txn, Any::Buffer(vec![1, 2, 3].into()));
    shape.insert(&mut txn, "label", TextPrelim::new("hello"));
    let notes = txn.get_or_insert_text("notes");
    notes.insert(&mut txn, 0, "a note");
    notes.insert_embed(&mut txn, 2, Any::from("image"));
    // The name of an article's root is a name like any other.
    let tree = txn.get_or_insert_xml_fragment("default");
    tree.push_back(&mut txn, XmlElementPrelim::empty("unknown-node"));
    shapes.insert(&mut txn, "b", "gone");
    shapes.remove(&mut txn, "b");
}

#[test]
fn r8_a_free_document_takes_any_content_and_gives_it_back() {
    let doc = person(9);
    drawing(&doc);
    let mut document = free();
    assert_eq!(None, document.seed());
    let applied = document.apply(&state(&doc)).unwrap();
    assert!(applied.changed && !applied.suspect);
    assert!(!document.apply(&state(&doc)).unwrap().changed, "a duplicate");
    let none: [&[u8]; 0] = [];
    let stored = document.snapshot();
    let again = LiveDocument::load(DocumentKind::Free, 2, Some(&stored), none).unwrap();
    let reader = person(10);
    let update = Update::decode_v1(&again.snapshot()).unwrap();
    reader.transact_mut().apply_update(update).unwrap();
    assert_eq!(shown(&doc), shown(&reader));
    assert!(shown(&reader).1.contains("a ") && shown(&reader).2.contains("unknown-node"));
}

/// What all roots hold.
fn shown(doc: &Doc) -> (Any, String, String) {
    let shapes = doc.get_or_insert_map("shapes");
    let notes = doc.get_or_insert_text("notes");
    let tree = doc.get_or_insert_xml_fragment("default");
    let txn = doc.transact();
    let notes = format!("{:?}", notes.diff(&txn, |_| ()));
    (shapes.to_json(&txn), notes, tree.get_string(&txn))
}

#[test]
fn r8_an_article_takes_no_foreign_content() {
    let doc = person(9);
    drawing(&doc);
    let mut article = LiveDocument::new(1);
    assert!(matches!(article.apply(&state(&doc)), Err(UpdateRefused::Schema { .. })));
}

#[test]
fn r8_a_free_document_refuses_gaps() {
    let doc = person(9);
    let mut document = free();
    doc.get_or_insert_text("notes").push(&mut doc.transact_mut(), "one");
    let before = doc.transact().state_vector();
    doc.get_or_insert_text("notes").push(&mut doc.transact_mut(), "two");
    let later = doc.transact().encode_diff_v1(&before);
    assert!(matches!(document.apply(&later), Err(UpdateRefused::Gap { .. })));
    document.apply(&state(&doc)).unwrap();
    assert!(!document.apply(&later).unwrap().changed);
}

/// A tower of maps, each in the one before.
fn tower(levels: usize) -> Vec<u8> {
    let doc = person(9);
    let mut txn = doc.transact_mut();
    let mut map = txn.get_or_insert_map("tower");
    for _ in 0..levels {
        map = map.insert(&mut txn, "in", MapPrelim::default());
    }
    drop(txn);
    state(&doc)
}

#[test]
fn r8_types_that_stand_too_deep_are_refused() {
    free().apply(&tower(64)).unwrap();
    assert!(matches!(free().apply(&tower(65)), Err(UpdateRefused::Schema { .. })));
    // The same in two steps: what is there already counts.
    let doc = person(9);
    let mut document = free();
    let mut map = doc.get_or_insert_map("tower");
    for level in 1..=65 {
        let before = doc.transact().state_vector();
        map = map.insert(&mut doc.transact_mut(), "in", MapPrelim::default());
        let step = doc.transact().encode_diff_v1(&before);
        assert_eq!(level <= 64, document.apply(&step).is_ok(), "level {level}");
    }
}

/// One value, nested this deep: lib0's arrays of one.
fn nested_value(levels: usize) -> Vec<u8> {
    let mut encoder = EncoderV1::new();
    encoder.write_var(1_u32); // one client
    encoder.write_var(1_u32); // with one struct
    encoder.write_client(ClientID::new(9));
    encoder.write_var(0_u32); // from clock 0
    encoder.write_u8(8); // of plain values
    encoder.write_var(1_u32); // in a root
    encoder.write_string("default");
    encoder.write_var(1_u32); // of one value
    for _ in 0..levels {
        encoder.write_u8(117);
        encoder.write_var(1_u32);
    }
    encoder.write_u8(126);
    encoder.write_var(0_u32); // no deletions
    encoder.to_vec()
}

#[test]
fn r8_a_value_that_is_nested_too_deep_does_not_end_the_process() {
    free().apply(&nested_value(64)).unwrap();
    for levels in [65, 400_000] {
        let poison = nested_value(levels);
        for mut document in [free(), LiveDocument::new(1)] {
            let refused = document.apply(&poison);
            assert!(matches!(refused, Err(UpdateRefused::Undecodable { .. })), "{levels}");
            assert_eq!(None, document.apply_together(&[&poison, &poison]), "{levels}");
        }
    }
}

#[test]
fn r7_what_is_held_is_told_from_what_is_new() {
    let doc = person(9);
    drawing(&doc);
    let mut document = free();
    assert!(document.holds(&[0, 0]));
    assert!(!document.holds(&state(&doc)));
    document.apply(&state(&doc)).unwrap();
    assert!(document.holds(&state(&doc)));
    let had = document.state_vector();
    // A deletion inserts nothing, and is new all the same.
    let notes = doc.get_or_insert_text("notes");
    notes.remove_range(&mut doc.transact_mut(), 0, 1);
    let deleted = doc.transact().encode_diff_v1(&Decode::decode_v1(&had).unwrap());
    assert!(!document.holds(&deleted));
    assert!(!adds_to(&had, &deleted) && !adds_to(&had, &state(&doc)));
    document.apply(&deleted).unwrap();
    assert!(document.holds(&state(&doc)));
    notes.push(&mut doc.transact_mut(), "more");
    assert!(!document.holds(&state(&doc)) && adds_to(&had, &state(&doc)));
    for bytes in [&[][..], &[0xff; 20], &[1, 1, 9]] {
        assert!(!document.holds(bytes) && !adds_to(&had, bytes) && !adds_to(bytes, &[0, 0]));
    }
}
