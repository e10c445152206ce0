//! Where in an answer the JSON is: behind prose, in a fence, line by line, or without its braces.

use super::fit::{fit, list_item};
use super::reader::{Place, Reader};
use super::{CANDIDATES_MAX, LOOKS_PER_BYTE, Shape, Unreadable};
use serde_json::Value;
use std::cell::Cell;

/// What was found in a text.
#[derive(Default)]
struct Found {
    /// Values that were there as a whole, in their order.
    values: Vec<Value>,
    /// Why the longest of the others was not read.
    problem: Option<(usize, Unreadable)>,
}

impl Found {
    fn miss(&mut self, length: usize, problem: Unreadable) {
        if self.problem.as_ref().is_none_or(|(known, _)| *known < length) {
            self.problem = Some((length, problem));
        }
    }
}

pub(super) fn read(text: &str, shape: &Shape) -> Result<Value, Unreadable> {
    let text = &without_thoughts(text);
    let looks = Cell::new(text.len() * LOOKS_PER_BYTE + 4_096);
    let mut found = scan(text, &looks);
    if let Some(lines) = by_line(&found.values, shape) {
        return Ok(lines);
    }
    let mut fitting: Vec<Value> = Vec::new();
    for value in std::mem::take(&mut found.values) {
        match fit(&value, shape) {
            Ok(fitted) if !fitting.contains(&fitted) => fitting.push(fitted),
            Ok(_) => {}
            Err(misfit) => found.miss(weight(&value), misfit),
        }
    }
    if fitting.is_empty()
        && let Some(fitted) = without_braces(text, shape, &looks)
    {
        return Ok(fitted);
    }
    match fitting.len() {
        0 => Err(found.problem.map_or(Unreadable::NoJson, |(_, problem)| problem)),
        1 => Ok(fitting.remove(0)),
        _ => Err(Unreadable::Several),
    }
}

fn scan(text: &str, looks: &Cell<usize>) -> Found {
    let (mut found, mut at) = (Found::default(), 0);
    for _ in 0..CANDIDATES_MAX {
        let Some(start) = text[at..].find(['{', '[', '"']).map(|offset| at + offset) else { break };
        if text[start..].starts_with('"') {
            at = past_text(text, start, &mut found);
            continue;
        }
        let mut reader = Reader::new(text, start, looks);
        match reader.value(Place::Item, 0) {
            Ok(read) => {
                at = reader.at;
                if read.whole {
                    found.values.push(read.value);
                } else {
                    let line = reader.line();
                    found.miss(at - start, Unreadable::Cut { line });
                }
            }
            Err(problem) => {
                found.miss(reader.at - start, problem);
                // What stands inside a broken value is a part of it, never the answer.
                at = reader.at.max(start + 1);
            }
        }
    }
    found
}

/// A whole answer that is a string of JSON; any other quote is prose.
fn past_text(text: &str, start: usize, found: &mut Found) -> usize {
    if let Some(Ok(Value::String(inner))) =
        serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>().next()
        && inner.trim_start().starts_with(['{', '['])
    {
        found.values.push(Value::String(inner));
        return text.len();
    }
    start + 1
}

/// One object of a list per line, without the list.
fn by_line(values: &[Value], shape: &Shape) -> Option<Value> {
    let (field, item) = list_item(shape)?;
    if values.len() < 2 {
        return None;
    }
    let items: Result<Vec<Value>, Unreadable> =
        values.iter().filter(|value| value.is_object()).map(|value| fit(value, item)).collect();
    let items = items.ok().filter(|items| items.len() == values.len())?;
    Some(serde_json::json!({ field: items }))
}

/// `"prompt": "…", "alt": "…"`: the braces were forgotten.
fn without_braces(text: &str, shape: &Shape, looks: &Cell<usize>) -> Option<Value> {
    let first = text.chars().next()?;
    if !super::string::opens(first) && !first.is_alphabetic() {
        return None;
    }
    let braced = format!("{{{text}");
    let read = Reader::new(&braced, 0, looks).value(Place::Item, 0).ok()?;
    if read.whole { fit(&read.value, shape).ok() } else { None }
}

/// Thinking that a model let stand in its answer is not the answer.
fn without_thoughts(text: &str) -> String {
    let mut kept = text.to_owned();
    for (open, close) in [("<think>", "</think>"), ("<thinking>", "</thinking>")] {
        while let Some(from) = kept.find(open) {
            let Some(to) = kept[from..].find(close).map(|offset| from + offset) else { break };
            kept.replace_range(from..to + close.len(), "");
        }
    }
    kept
}

/// How much stands in a value: of several misfits the largest is what was meant.
fn weight(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            1 + members.values().map(|value| 1 + weight(value)).sum::<usize>()
        }
        Value::String(text) => text.len(),
        _ => 1,
    }
}
