//! R8, R9: what chance does to a document: mutated bytes, people and a run at once.
#![allow(clippy::unwrap_used)] // A test may stop where it is surprised.

mod sample;

use bytes::Bytes;
use igny8_actors_document::{
    ContentTree, DocumentKind, LinkPolicy, LiveDocument, RunCursor, RunWriter, UpdateRefused,
};
use proptest::prelude::*;
use sample::{client, missing, sync};
use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, StateVector, Transact, XmlElementPrelim, XmlFragment, XmlTextPrelim};

/// The state of a document with this content.
fn written(markdown: &str) -> Bytes {
    let mut document = LiveDocument::new(1);
    document.replace_with(&ContentTree::from_markdown(markdown));
    document.snapshot()
}

fn written_from(snapshot: &Bytes) -> LiveDocument {
    LiveDocument::load(DocumentKind::Article, 2, Some(snapshot), Vec::<Vec<u8>>::new()).unwrap()
}

/// Deterministic noise: a linear congruential generator, so that a failure repeats.
struct Noise(u64);

impl Noise {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

#[test]
fn r8_mutated_updates_never_break_the_document() {
    let mut noise = Noise(8);
    let base = written(sample::SAMPLES[0]);
    let more = written(sample::SAMPLES[1]);
    let person = client(9);
    sync(&person, &written_from(&base));
    sample::type_into_block(&person, 1, 3, "typed 😀 text");
    let typed = missing(&person, &written_from(&base));
    let mut document = written_from(&base);
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut bytes = [&base[..], &more, &typed][noise.next(3)].to_vec();
        for _ in 0..=noise.next(3) {
            let at = noise.next(bytes.len());
            bytes[at] = noise.next(256) as u8;
        }
        let before = document.state_vector();
        match document.apply(&bytes) {
            Ok(applied) => {
                accepted += 1;
                let mut reader = LiveDocument::new(3);
                reader.apply(&document.snapshot()).expect("what we hand to joiners is valid");
                if applied.changed {
                    document = written_from(&base);
                }
            }
            Err(_) => assert_eq!(document.state_vector(), before),
        }
    }
    assert!(accepted > 100, "the noise must also reach what lies behind the checks: {accepted}");
}

#[derive(Debug, Clone)]
enum Act {
    Type(usize, u32, u32, String),
    Delete(usize, u32),
    AddParagraph(usize, u32),
    Sync(usize),
    Run(usize),
    RestartServer,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0usize..3, 0u32..8, 0u32..60, "[a-z ]{1,6}")
            .prop_map(|(p, b, at, t)| Act::Type(p, b, at, t)),
        (0usize..3, 0u32..8).prop_map(|(p, b)| Act::Delete(p, b)),
        (0usize..3, 0u32..8).prop_map(|(p, b)| Act::AddParagraph(p, b)),
        (0usize..3).prop_map(Act::Sync),
        (0usize..3).prop_map(Act::Sync),
        (1usize..30).prop_map(Act::Run),
        Just(Act::RestartServer),
    ]
}

fn exchange(person: &Doc, document: &mut LiveDocument) -> Result<(), UpdateRefused> {
    document.apply(&missing(person, document))?;
    document.repair();
    sync(person, document);
    Ok(())
}

/// The run's words in the document, in order, people's letters (small) left out.
fn run_words(document: &LiveDocument) -> String {
    document
        .tree()
        .to_plain_text()
        .chars()
        .filter(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        .collect()
}

const RUN_TEXT: &str = "# ABC1\n\nDEF2 **GHI3** JKL4 [MNO5](http://a.b) PQR6\n\n- STU7\n- VWX8\n  - YZA9\n\n\
    ```\nBCD10\nEFG11\n```\n\n> HIJ12 *KLM13*\n\nNOP14 QRS15\n";

proptest! {
    #![proptest_config(sample::cases(200))]

    #[test]
    fn r8_r9_people_and_a_run_converge(acts in prop::collection::vec(act(), 0..60)) {
        let mut document = LiveDocument::new(1);
        document.seed();
        let people = [client(11), client(12), client(13)];
        people.iter().for_each(|person| sync(person, &document));
        let mut writer = RunWriter::start(77, RunCursor::AtEnd, LinkPolicy::any());
        let (mut sent, mut progress, mut deleted, mut lives) = (0, writer.progress(), false, 1);
        let mut strict = LiveDocument::new(99);
        for act in acts {
            match act {
                Act::Type(person, block, at, text) => sample::type_into_block(&people[person], block, at, &text),
                Act::Delete(person, block) => {
                    deleted = true;
                    sample::delete_block(&people[person], block);
                }
                Act::AddParagraph(person, at) => {
                    let mut txn = people[person].transact_mut();
                    let root = txn.get_xml_fragment("default").unwrap();
                    let at = at.min(root.len(&txn));
                    let paragraph = root.insert(&mut txn, at, XmlElementPrelim::empty("paragraph"));
                    paragraph.push_back(&mut txn, XmlTextPrelim::new("new"));
                }
                Act::Sync(person) => prop_assert_eq!(exchange(&people[person], &mut document), Ok(())),
                Act::Run(len) => {
                    let to = (sent + len).min(RUN_TEXT.len());
                    if let Some(step) = writer.push(&mut document, &RUN_TEXT[sent..to]) {
                        progress = step.progress;
                    }
                    sent = to;
                }
                Act::RestartServer => {
                    lives += 1;
                    let stored = document.snapshot();
                    document = LiveDocument::load(DocumentKind::Article, 1000 + lives, Some(&stored), Vec::<Vec<u8>>::new()).unwrap();
                    writer = RunWriter::resume(77, &progress, &RUN_TEXT[..sent], LinkPolicy::any());
                }
            }
            let have = strict.state_vector();
            let applied = strict.apply(&document.diff(&have).unwrap());
            prop_assert!(applied.is_ok(), "{:?}", applied);
            prop_assert_eq!(strict.tree(), document.tree());
        }
        writer.push(&mut document, &RUN_TEXT[sent..]);
        writer.finish(&mut document);
        for _ in 0..2 {
            for person in &people {
                prop_assert_eq!(exchange(person, &mut document), Ok(()));
            }
        }
        for person in &people {
            let state = person.transact().state_vector();
            prop_assert_eq!(state, StateVector::decode_v1(&document.state_vector()).unwrap());
        }
        let whole: String = RUN_TEXT.chars().filter(|c| c.is_ascii_uppercase() || c.is_ascii_digit()).collect();
        if deleted {
            // People took some away; what is left is in order and nothing is doubled.
            let mut rest = whole.chars();
            prop_assert!(run_words(&document).chars().all(|c| rest.any(|w| w == c)));
        } else {
            prop_assert_eq!(run_words(&document), whole);
        }
    }
}
