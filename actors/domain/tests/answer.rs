//! Structured answers: the corpus of broken ones, and properties of the reader.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use igny8_actors_domain::answer::{
    Answer, ClusterNames, Ideas, ImageText, Shape, Unreadable, read, read_as,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// One file of the corpus.
struct Case {
    name: String,
    shape: String,
    answer: String,
    second: Option<String>,
    expect: Option<Value>,
}

fn section(text: &str, name: &str) -> Option<String> {
    let from = text.find(&format!("\n=== {name}\n"))? + name.len() + 6;
    let to = text[from..].find("\n=== ").map_or(text.len() - 1, |at| from + at);
    Some(text[from..to].to_owned())
}

fn corpus(fate: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answer-corpus").join(fate);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let case = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        Case {
            name: path.file_stem().unwrap().to_string_lossy().into_owned(),
            shape: text.lines().next().unwrap().strip_prefix("shape: ").unwrap().to_owned(),
            answer: section(&text, "answer").unwrap(),
            second: section(&text, "second"),
            expect: section(&text, "expect").map(|text| serde_json::from_str(&text).unwrap()),
        }
    };
    paths.into_iter().map(case).collect()
}

/// Reads as the type of that name, and gives what was read as JSON.
fn read_named(shape: &str, text: &str) -> Result<Value, Unreadable> {
    let (value, checked) = match shape {
        "ideas" => (read(text, Ideas::SHAPE), read_as::<Ideas>(text).map(drop)),
        "cluster_names" => {
            (read(text, ClusterNames::SHAPE), read_as::<ClusterNames>(text).map(drop))
        }
        "image_prompt" => (read(text, ImageText::SHAPE), read_as::<ImageText>(text).map(drop)),
        other => panic!("no shape is called {other}"),
    };
    checked.and(value)
}

#[test]
fn broken_answers_that_can_be_read_are_read_as_they_were_meant() {
    let cases = corpus("parsed");
    assert!(cases.len() >= 100, "{} cases", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let found = read_named(&case.shape, &case.answer);
            (found.as_ref().ok() != case.expect.as_ref())
                .then(|| format!("{}: {found:?}", case.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn answers_that_could_mean_two_things_are_left_to_the_repair() {
    for case in corpus("repaired") {
        let name = &case.name;
        let first = read_named(&case.shape, &case.answer);
        assert!(first.is_err(), "{name}: {first:?}");
        let second = read_named(&case.shape, &case.second.unwrap());
        assert_eq!(second.as_ref().ok(), case.expect.as_ref(), "{name}: {second:?}");
    }
}

#[test]
fn answers_that_stay_broken_are_left_to_a_person() {
    for case in corpus("parked") {
        for text in [&case.answer, case.second.as_ref().unwrap()] {
            let read = read_named(&case.shape, text);
            assert!(read.is_err(), "{}: {read:?}", case.name);
        }
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let said = |shape: &Shape, text: &str| read(text, shape).unwrap_err().to_string();
    let missing = r#"{"ideas":[{"title":"A","outline":[],"intent":"","target_keywords":[]}]}"#;
    assert_eq!(said(Ideas::SHAPE, missing), "ideas[0].angle: is missing.");
    assert_eq!(
        said(ImageText::SHAPE, "{\"prompt\": \"a\",\n\"alt\": b}"),
        "Line 2: text must stand in quotes."
    );
    assert_eq!(said(ImageText::SHAPE, "Sure!"), "There is no JSON in the answer.");
    assert_eq!(
        said(ImageText::SHAPE, "{\"prompt\":\n\"a"),
        "The JSON ends in the middle: line 2 is the last."
    );
}

#[test]
fn an_answer_has_bounds_in_size_depth_and_time() {
    let long = "x".repeat(igny8_actors_domain::answer::ANSWER_BYTES_MAX + 1);
    assert_eq!(read(&long, Ideas::SHAPE), Err(Unreadable::TooLong));
    let deep = "[".repeat(500_000);
    assert_eq!(read(&deep, Ideas::SHAPE), Err(Unreadable::Tangled));
    let quotes = "{\"a\":\"".to_owned() + &"\" ".repeat(300_000);
    assert!(read(&quotes, Ideas::SHAPE).is_err());
}

/// Text without what needs an escape.
fn plain() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 ,;:.!?äé😀(){}\\[\\]'#/-]{1,24}[a-z]"
}

fn idea() -> impl Strategy<Value = Value> {
    let texts = || prop::collection::vec(plain(), 0..4);
    (plain(), plain(), texts(), plain(), texts()).prop_map(
        |(title, angle, outline, intent, words)| {
            json!({"title": title, "angle": angle, "outline": outline, "intent": intent,
                "target_keywords": words})
        },
    )
}

fn ideas() -> impl Strategy<Value = Value> {
    prop::collection::vec(idea(), 1..4).prop_map(|ideas| json!({ "ideas": ideas }))
}

/// Any valid JSON, with everything that strings and numbers may hold.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".*", inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

/// Letters and digits alone.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![bare(text)],
        Value::Number(number) => vec![bare(&number.to_string())],
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        Value::Object(members) => members.values().flat_map(leaves).collect(),
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_reader_never_panics(text in "(?s).{0,200}") {
        let _ = read(&text, Ideas::SHAPE);
    }

    #[test]
    fn the_reader_never_panics_on_what_looks_like_json(
        text in r#"([\[\]{}:,"'“”`\\ntu0-9a-f.\n/#*=<>-]|"title"|"ideas":|😀|null){0,80}"#
    ) {
        let _ = read(&text, Ideas::SHAPE);
        let _ = read(&text, ImageText::SHAPE);
    }

    #[test]
    fn valid_json_is_read_as_serde_json_reads_it(value in any_json(), alt in ".*", prompt in ".*") {
        // As a whole, and by the tolerant reader, which prose before it calls for.
        let answer = json!({"prompt": prompt, "alt": alt, "other": value});
        let text = serde_json::to_string(&answer).unwrap();
        let wanted = Ok(json!({"prompt": prompt, "alt": alt}));
        prop_assert_eq!(&read(&text, ImageText::SHAPE), &wanted);
        let pretty = serde_json::to_string_pretty(&answer).unwrap();
        prop_assert_eq!(&read(&format!("Here:\n{pretty}"), ImageText::SHAPE), &wanted);
    }

    #[test]
    fn ideas_are_read_whole_or_in_prose(ideas in ideas()) {
        let text = serde_json::to_string(&ideas).unwrap();
        prop_assert_eq!(read(&text, Ideas::SHAPE), Ok(ideas.clone()));
        let prose = format!("Sure:\n```json\n{text}\n```\nEnjoy.");
        prop_assert_eq!(read(&prose, Ideas::SHAPE), Ok(ideas));
    }

    #[test]
    fn a_cut_answer_holds_whole_ideas_alone(ideas in ideas(), share in 0.0..1.0) {
        let text = serde_json::to_string(&ideas).unwrap();
        let end = (0..=(text.len() as f64 * share) as usize).rev().find(|at| text.is_char_boundary(*at));
        if let Ok(found) = read(&text[..end.unwrap()], Ideas::SHAPE) {
            let (all, found) = (ideas["ideas"].as_array().unwrap(), found["ideas"].as_array().unwrap());
            prop_assert_eq!(&all[..found.len()], &found[..]);
        }
    }

    #[test]
    fn nothing_is_invented(
        ideas in ideas(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, "[\"'{}\\[\\],: \na1]"), 1..6),
    ) {
        let mut text: Vec<char> = serde_json::to_string(&ideas).unwrap().chars().collect();
        for (at, how, with) in changes {
            let at = at.index(text.len().max(1));
            match how {
                0 if at < text.len() => drop(text.remove(at)),
                1 => text.insert(at, with.chars().next().unwrap()),
                _ => text.truncate(at.max(text.len() / 2)),
            }
        }
        let text: String = text.into_iter().collect();
        if let Ok(found) = read(&text, Ideas::SHAPE) {
            let known = bare(&text);
            for leaf in leaves(&found) {
                prop_assert!(known.contains(&leaf), "{} is not in {}", leaf, text);
            }
        }
    }
}
