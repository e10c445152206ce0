//! Who wrote which characters: as the updates say, whatever was deleted in between.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod sample;

use igny8_actors_document::{ContentTree, DocumentKind, LiveDocument, Written};
use proptest::prelude::*;
use sample::{client, missing, sync};
use yrs::{Text, Transact};

fn written(markdown: &str) -> LiveDocument {
    let mut document = LiveDocument::new(1);
    document.replace_with(&ContentTree::from_markdown(markdown));
    document
}

/// `client:text` of each piece.
fn pieces(document: &LiveDocument) -> Vec<String> {
    let tree = document.tree();
    let text = |piece: &Written| {
        let units: Vec<u16> = tree.blocks[piece.block].text().encode_utf16().collect();
        String::from_utf16_lossy(&units[piece.from as usize..][..piece.len as usize])
    };
    document.written().iter().map(|piece| format!("{}:{}", piece.client, text(piece))).collect()
}

#[test]
fn each_character_is_its_clients() {
    let mut document = written("Tea 😀 is made.\n\n- Second **bold** block.");
    let person = client(9);
    sync(&person, &document);
    {
        let text = sample::text_of(&person, 0);
        let mut txn = person.transact_mut();
        text.insert(&mut txn, 7, "well ");
        text.remove_range(&mut txn, 0, 2);
    }
    let applied = document.apply(&missing(&person, &document)).unwrap();
    assert_eq!(applied.wrote, [(9, 0)]);
    assert_eq!(
        pieces(&document),
        ["1:a 😀 ", "9:well ", "1:is made.", "1:Second ", "1:bold", "1: block."]
    );
    assert_eq!(document.written()[1], Written { block: 0, from: 5, len: 5, client: 9, clock: 0 });
    let again = document.apply(&missing(&person, &LiveDocument::new(3))).unwrap();
    assert!(again.wrote.is_empty(), "it was all there");
    sample::text_of(&person, 0).remove_range(&mut person.transact_mut(), 0, 2);
    let deleted = document.apply(&missing(&person, &document)).unwrap();
    assert!(deleted.changed && deleted.wrote.is_empty());
}

proptest! {
    #![proptest_config(sample::cases(64))]
    #[test]
    fn the_pieces_are_the_text(markdown in sample::markdown(), edits in prop::collection::vec((0u32..6, 0u32..20, any::<bool>()), 0..20)) {
        let mut document = written(&markdown);
        let people = [client(9), client(10)];
        for (at, (block, place, delete)) in edits.into_iter().enumerate() {
            let person = &people[at % 2];
            sync(person, &document);
            if delete { sample::delete_block(person, block) } else { sample::type_into_block(person, block, place, "x😀") }
            document.apply(&missing(person, &document)).unwrap();
            document.repair();
        }
        let loaded = LiveDocument::load(DocumentKind::Article, 2, Some(&document.snapshot()), Vec::<Vec<u8>>::new()).unwrap();
        for document in [&document, &loaded] {
            let texts: Vec<String> = document.tree().blocks.iter().map(|block| block.text()).collect();
            let pieces: String = pieces(document).iter().map(|piece| piece.split_once(':').unwrap().1.to_owned()).collect();
            prop_assert_eq!(pieces, texts.concat());
        }
    }
}
