//! Answers in JSON: names of clusters, ideas, image prompts; for any other schema the smallest
//! instance.

use super::brief::Brief;
use super::draw::Draw;
use super::speaker::{Role, Speaker};
use super::wording::{content_words, noun_phrase, plain, title_word, upper_first};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// Words in the name of a cluster.
const NAME_WORDS_MAX: usize = 4;
/// Headings in the outline of an idea: as many as an article has sections at least, and two more.
const OUTLINE_MIN: usize = 5;
const OUTLINE_SPREAD: usize = 3;
/// Keywords that one idea aims at.
const TARGET_KEYWORDS_MAX: usize = 4;
/// Nesting that is followed in a schema: deeper ones are a mistake or a trap.
const SCHEMA_DEPTH_MAX: usize = 16;
/// Bound on the items and letters that a schema's minimum can ask for.
const SCHEMA_MINIMUM_MAX: u64 = 1000;

/// An answer that fits the schema; `None` if this cannot be done.
pub(super) fn json(name: &str, schema: &Value, brief: &Brief, draw: Draw) -> Option<Value> {
    match name {
        "cluster_names" => Some(cluster_names(schema, brief)),
        "ideas" => Some(ideas(schema, brief, draw)),
        "image_prompt" | "alt_text" => Some(image(brief, draw)),
        _ => minimal_instance(schema, schema, 0),
    }
}

fn cluster_names(schema: &Value, brief: &Brief) -> Value {
    let intents = enumeration(schema, "intent");
    let mut taken = HashSet::new();
    let named = brief.clusters.iter().map(|(index, keywords)| {
        let pillar = pillar(keywords);
        let mut name = cluster_name(keywords, &pillar);
        if !taken.insert(name.to_lowercase()) {
            name = format!("{name} ({pillar})");
            taken.insert(name.to_lowercase());
        }
        json!({"index": index, "name": name, "intent": intent(keywords, &intents), "pillar": pillar})
    });
    json!({"clusters": named.collect::<Vec<_>>()})
}

/// How many keywords hold each word.
fn word_counts(keywords: &[String]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for keyword in keywords {
        for word in content_words(keyword).into_iter().collect::<HashSet<_>>() {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts
}

/// The keyword whose words the others share most; the shorter of two, then the first.
fn pillar(keywords: &[String]) -> String {
    let counts = word_counts(keywords);
    let score = |keyword: &String| {
        let words = content_words(keyword);
        let shared: usize = words.iter().filter_map(|word| counts.get(word)).sum();
        shared * 100 / words.len().max(1)
    };
    let best = keywords.iter().rev().max_by_key(|k| (score(k), std::cmp::Reverse(k.len())));
    best.cloned().unwrap_or_default()
}

/// The words that most keywords share, in the order of the pillar.
fn cluster_name(keywords: &[String], pillar: &str) -> String {
    let counts = word_counts(keywords);
    let words = content_words(pillar);
    let is_shared =
        |word: &&String| counts.get(*word).is_some_and(|count| count * 2 >= keywords.len());
    let mut chosen: Vec<&String> = words.iter().filter(is_shared).take(NAME_WORDS_MAX).collect();
    if chosen.len() < 2 {
        chosen = words.iter().take(NAME_WORDS_MAX).collect();
    }
    let title: Vec<String> = chosen.iter().map(|word| title_word(word)).collect();
    if title.is_empty() { upper_first(&plain(pillar)) } else { title.join(" ") }
}

/// What most searchers want, by the words they use; in the schema's own spelling.
fn intent(keywords: &[String], spellings: &[String]) -> String {
    const SIGNS: [(&str, &[&str]); 3] = [
        (
            "transactional",
            &["buy", "price", "prices", "cheap", "deal", "deals", "order", "sale", "coupon"],
        ),
        (
            "commercial",
            &["best", "review", "reviews", "vs", "versus", "top", "compare", "alternative"],
        ),
        ("navigational", &["login", "website", "official", "contact"]),
    ];
    let hits = |signs: &[&str]| {
        let has_sign =
            |k: &&String| k.split_whitespace().any(|w| signs.contains(&w.to_lowercase().as_str()));
        keywords.iter().filter(has_sign).count()
    };
    let found = SIGNS.iter().find(|(_, signs)| hits(signs) * 3 >= keywords.len().max(1));
    spelled(found.map_or("informational", |(name, _)| name), spellings)
}

fn spelled(intent: &str, spellings: &[String]) -> String {
    let same = spellings.iter().find(|spelling| spelling.eq_ignore_ascii_case(intent));
    same.or(spellings.first()).cloned().unwrap_or_else(|| intent.to_owned())
}

/// The values that the schema allows for the property of this name, wherever it stands.
fn enumeration(schema: &Value, property: &str) -> Vec<String> {
    let strings = |values: &Value| {
        let texts = values.as_array()?.iter().filter_map(|value| value.as_str().map(str::to_owned));
        Some(texts.collect::<Vec<_>>())
    };
    match schema {
        Value::Object(map) => {
            let here = map.get(property).and_then(|at| at.get("enum")).and_then(strings);
            let below =
                || map.values().map(|value| enumeration(value, property)).find(|v| !v.is_empty());
            here.or_else(below).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn ideas(schema: &Value, brief: &Brief, draw: Draw) -> Value {
    let intents = enumeration(schema, "intent");
    let mut speaker = Speaker::new(brief, draw);
    let keywords: Vec<String> = match brief.keywords.is_empty() {
        true => vec![plain(brief.subject())],
        false => brief.keywords.clone(),
    };
    let mut ideas = Vec::new();
    for number in 0..brief.count {
        let own = &keywords[number % keywords.len()..][..1];
        let Some(title) = idea_title(&mut speaker, &own[0]) else { break };
        let headings = OUTLINE_MIN + speaker.draw.below(OUTLINE_SPREAD);
        let outline = speaker.say_many(Role::Heading, headings);
        let rest =
            keywords.iter().cycle().skip(number).take(TARGET_KEYWORDS_MAX.min(keywords.len()));
        let targets: Vec<&String> = rest.collect();
        let angle = speaker.say(Role::Angle).unwrap_or_else(|| format!("A fresh look: {title}."));
        let stated = Some(brief.intent.as_str()).filter(|stated| !stated.is_empty());
        let intent =
            stated.map_or_else(|| intent(own, &intents), |stated| spelled(stated, &intents));
        ideas.push(json!({
            "title": title, "angle": angle, "outline": outline, "intent": intent, "target_keywords": targets,
        }));
    }
    json!({"ideas": ideas})
}

/// One idea that says nothing but its number.
pub(super) fn least_idea(schema: &Value, number: u64) -> String {
    let intent = enumeration(schema, "intent").into_iter().next().unwrap_or_default();
    let title = format!("Idea {number:016x}");
    json!({"ideas": [{
        "title": title, "angle": "", "outline": [], "intent": intent, "target_keywords": [],
    }]})
    .to_string()
}

/// A title around one keyword.
fn idea_title(speaker: &mut Speaker, keyword: &str) -> Option<String> {
    speaker.say_about(Role::Title, &noun_phrase(&plain(keyword)))
}

fn image(brief: &Brief, mut draw: Draw) -> Value {
    const STYLES: [&str; 6] = [
        "soft daylight, shallow depth of field",
        "flat illustration with calm colours",
        "warm evening light, wide angle",
        "clean studio photograph on a plain ground",
        "watercolour with visible paper",
        "overhead view, generous empty space",
    ];
    let subject = plain(brief.subject());
    let style = draw.pick(&STYLES);
    json!({
        "prompt": format!("{subject}, {style}, no text, no logos"),
        "alt": format!("An illustration of {}", noun_phrase(&subject)),
    })
}

/// The smallest value that fits a schema. Knows what our own schemas use: types, properties,
/// required, items and minimums, enum, const, anyOf/oneOf/allOf (the first), local references.
fn minimal_instance(schema: &Value, root: &Value, depth: usize) -> Option<Value> {
    if depth > SCHEMA_DEPTH_MAX {
        return None;
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return minimal_instance(root.pointer(reference.strip_prefix('#')?)?, root, depth + 1);
    }
    if let Some(value) = schema.get("const") {
        return Some(value.clone());
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.first().cloned();
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema.get(key).and_then(|list| list.get(0)) {
            return minimal_instance(first, root, depth + 1);
        }
    }
    let kind = schema.get("type").map(|kind| kind.get(0).unwrap_or(kind));
    match kind.and_then(Value::as_str).unwrap_or("object") {
        "object" => minimal_object(schema, root, depth),
        "array" => {
            let count = minimum(schema, "minItems")?;
            let empty = json!({"type": "string"});
            let items = schema.get("items").unwrap_or(&empty);
            let values = (0..count).map(|_| minimal_instance(items, root, depth + 1));
            values.collect::<Option<Vec<_>>>().map(Value::Array)
        }
        "string" => Some(Value::String("x".repeat(minimum(schema, "minLength")? as usize))),
        "integer" | "number" => Some(schema.get("minimum").cloned().unwrap_or(json!(0))),
        "boolean" => Some(json!(false)),
        "null" => Some(Value::Null),
        _ => None,
    }
}

fn minimal_object(schema: &Value, root: &Value, depth: usize) -> Option<Value> {
    let mut object = Map::new();
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        let property =
            schema.get("properties").and_then(|all| all.get(name)).unwrap_or(&Value::Null);
        object.insert(name.to_owned(), minimal_instance(property, root, depth + 1)?);
    }
    Some(Value::Object(object))
}

fn minimum(schema: &Value, key: &str) -> Option<u64> {
    let minimum = schema.get(key).and_then(Value::as_u64).unwrap_or(0);
    (minimum <= SCHEMA_MINIMUM_MAX).then_some(minimum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(name: &str, schema: &Value, prompt: &str) -> Value {
        json(name, schema, &Brief::read(prompt), Draw::new(&[prompt])).unwrap()
    }

    #[test]
    fn clusters_are_named_by_the_words_that_their_keywords_share() {
        let prompt = "<<<data n\n[0] best trail running shoes; trail running shoes women; trail running shoes\n[7] buy tent; tent price\ndata n>>>";
        let answer = answer("cluster_names", &json!({}), prompt);
        assert_eq!(answer["clusters"][0]["name"], "Trail Running Shoes");
        assert_eq!(answer["clusters"][0]["pillar"], "trail running shoes");
        assert_eq!(answer["clusters"][1]["index"], 7);
        assert_eq!(answer["clusters"][1]["intent"], "transactional");
    }

    #[test]
    fn cluster_names_of_one_answer_differ() {
        let answer = answer("cluster_names", &json!({}), "[0] red tea\n[1] red tea");
        assert_ne!(answer["clusters"][0]["name"], answer["clusters"][1]["name"]);
    }

    #[test]
    fn intent_is_spelled_as_the_schema_spells_it() {
        let schema = json!({"properties": {"clusters": {"items": {"properties":
            {"intent": {"enum": ["Informational", "Transactional"]}}}}}});
        let answer = answer("cluster_names", &schema, "[0] buy tent; tent price");
        assert_eq!(answer["clusters"][0]["intent"], "Transactional");
    }

    #[test]
    fn ideas_are_as_many_as_asked_and_each_is_its_own() {
        let prompt = "Keywords: cold brew; cold brew ratio; how to make cold brew\nCount: 40";
        let answer = answer("ideas", &json!({}), prompt);
        let ideas = answer["ideas"].as_array().unwrap();
        let titles: HashSet<_> =
            ideas.iter().map(|idea| idea["title"].to_string().to_lowercase()).collect();
        assert_eq!((ideas.len(), titles.len()), (40, 40));
        assert!(ideas[0]["outline"].as_array().unwrap().len() >= OUTLINE_MIN);
        assert_eq!(ideas[0]["target_keywords"][0], "cold brew");
    }

    #[test]
    fn image_prompt_names_the_subject() {
        let answer = answer("image_prompt", &json!({}), "Task: image\nTitle: Cold brew at home");
        assert!(answer["prompt"].as_str().unwrap().starts_with("Cold brew at home"));
        assert_eq!(answer["alt"], "An illustration of cold brew at home");
    }

    #[test]
    fn unknown_schema_gets_its_smallest_instance() {
        let schema = json!({"type": "object", "required": ["a", "b", "c", "d"], "properties": {
            "a": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/x"}},
            "b": {"enum": ["one", "two"]}, "c": {"type": ["null", "string"]}, "d": {"anyOf": [{"type": "boolean"}]}},
            "$defs": {"x": {"type": "integer", "minimum": 3}}});
        assert_eq!(
            answer("other", &schema, ""),
            json!({"a": [3, 3], "b": "one", "c": null, "d": false})
        );
    }

    #[test]
    fn schema_without_end_is_refused() {
        let schema = json!({"$ref": "#"});
        assert_eq!(json("other", &schema, &Brief::read(""), Draw::new(&[""])), None);
    }
}
