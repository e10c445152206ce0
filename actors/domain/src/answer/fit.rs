//! A value fitted to a shape: out of superfluous wrappers, keys in another spelling, numbers in
//! quotes. What is missing is missing.

use super::{Shape, Unreadable, candidate, number};
use serde_json::{Map, Value, json};

/// Wrappers around an answer: `{"result": {"data": …}}`.
const WRAPPERS_MAX: u8 = 3;

pub(super) fn fit(value: &Value, shape: &Shape) -> Result<Value, Unreadable> {
    at("", value, shape, WRAPPERS_MAX)
}

/// The one list of a shape that has nothing else: its field and the shape of its items.
pub(super) const fn list_item(shape: &Shape) -> Option<(&'static str, &'static Shape)> {
    match shape {
        Shape::Object([(field, Shape::List(item))]) => Some((field, item)),
        _ => None,
    }
}

fn misfit(path: &str, what: impl Into<String>) -> Unreadable {
    let path = if path.is_empty() { "The answer" } else { path };
    Unreadable::Misfit { path: path.to_owned(), what: what.into() }
}

fn at(path: &str, value: &Value, shape: &Shape, wrappers: u8) -> Result<Value, Unreadable> {
    match shape {
        Shape::Text => text(path, value),
        Shape::Whole => whole(path, value),
        Shape::Choice(words) => choice(path, value, words),
        Shape::List(item) => list(path, value, item),
        Shape::Object(fields) => object(path, value, shape, fields, wrappers),
    }
}

fn text(path: &str, value: &Value) -> Result<Value, Unreadable> {
    match value {
        Value::String(_) => Ok(value.clone()),
        Value::Number(number) => Ok(Value::String(number.to_string())),
        Value::Array(items) if items.len() == 1 && items[0].is_string() => Ok(items[0].clone()),
        _ => Err(misfit(path, "a text was expected")),
    }
}

fn whole(path: &str, value: &Value) -> Result<Value, Unreadable> {
    let number = match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => number::parse(text.trim()),
        _ => None,
    };
    let found = number.and_then(|number| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0 && *float >= 0.0);
        number.as_u64().or_else(|| float.and_then(|float| format!("{float:.0}").parse().ok()))
    });
    found.map(Value::from).ok_or_else(|| misfit(path, "a whole number was expected"))
}

/// A word of the list in any case; another one is left as it is, for the reader to leave open.
fn choice(path: &str, value: &Value, words: &[&str]) -> Result<Value, Unreadable> {
    let Value::String(text) = value else { return Err(misfit(path, "a word was expected")) };
    let known = words.iter().find(|word| word.eq_ignore_ascii_case(text.trim()));
    Ok(Value::String(known.map_or_else(|| text.clone(), |word| (*word).to_owned())))
}

fn list(path: &str, value: &Value, item: &'static Shape) -> Result<Value, Unreadable> {
    match value {
        Value::Array(items) => {
            let fitted: Result<Vec<Value>, Unreadable> = (0..)
                .zip(items)
                .map(|(index, value)| list_entry(&format!("{path}[{index}]"), value, item))
                .collect();
            fitted.map(Value::Array)
        }
        Value::String(text) if matches!(item, Shape::Text) => lines(path, text),
        Value::Object(members) => match numbered(members) {
            Some(items) => list(path, &Value::Array(items), item),
            None => Ok(Value::Array(vec![at(path, value, item, 0)?])),
        },
        _ => Err(misfit(path, "a list was expected")),
    }
}

/// A text in a list may stand in an object of its own: `{"heading": "…"}`.
fn list_entry(path: &str, value: &Value, item: &Shape) -> Result<Value, Unreadable> {
    match (value, item) {
        (Value::Object(members), Shape::Text) if members.len() == 1 => {
            text(path, members.values().next().unwrap_or(&Value::Null))
        }
        _ => at(path, value, item, 0),
    }
}

/// A list written as text, an entry a line. On one line it may be one entry or many: not read.
fn lines(path: &str, text: &str) -> Result<Value, Unreadable> {
    let bullet = |c: char| c.is_ascii_digit() || matches!(c, '-' | '*' | '•' | '.' | ')' | ' ');
    let entries: Vec<&str> = text
        .lines()
        .map(|line| line.trim_start_matches(bullet).trim())
        .filter(|line| !line.is_empty())
        .collect();
    match entries.as_slice() {
        [one] if one.contains([',', ';', '|']) => Err(misfit(path, "a list was expected")),
        [] => Err(misfit(path, "a list was expected")),
        entries => Ok(json!(entries)),
    }
}

/// `{"0": …, "1": …}` or `{"idea_1": …, "idea_2": …}`: a list, in the order of its numbers.
fn numbered(members: &Map<String, Value>) -> Option<Vec<Value>> {
    let number = |key: &String| key.rsplit(['_', ' ', '-']).next()?.parse::<u32>().ok();
    let mut items: Vec<(u32, &Value)> = members
        .iter()
        .map(|(key, value)| number(key).map(|number| (number, value)))
        .collect::<Option<_>>()?;
    items.sort_by_key(|(number, _)| *number);
    let distinct = items.windows(2).all(|pair| pair[0].0 != pair[1].0);
    (distinct && !items.is_empty())
        .then(|| items.into_iter().map(|(_, value)| value.clone()).collect())
}

fn object(
    path: &str,
    value: &Value,
    shape: &Shape,
    fields: &'static [(&'static str, Shape)],
    wrappers: u8,
) -> Result<Value, Unreadable> {
    let problem = match value {
        Value::Object(members) => match members_of(path, members, fields) {
            Ok(fitted) => return Ok(fitted),
            Err(problem) => problem,
        },
        _ => misfit(path, "an object was expected"),
    };
    if wrappers == 0 {
        return Err(problem);
    }
    if let Some((field, item)) = list_item(shape)
        && let Some(items) = bare_list(value, item)
    {
        return Ok(json!({ field: items }));
    }
    unwrapped(path, value, shape, wrappers).ok_or(problem)
}

fn members_of(
    path: &str,
    members: &Map<String, Value>,
    fields: &'static [(&'static str, Shape)],
) -> Result<Value, Unreadable> {
    let mut fitted = Map::new();
    for (field, shape) in fields {
        let path = if path.is_empty() { (*field).to_owned() } else { format!("{path}.{field}") };
        let value = member(members, field).ok_or_else(|| misfit(&path, "is missing"))?;
        if value.is_null() {
            return Err(misfit(&path, "is missing"));
        }
        fitted.insert((*field).to_owned(), at(&path, value, shape, 0)?);
    }
    Ok(Value::Object(fitted))
}

/// By its name, or by the one name that is the same in another spelling: `targetKeywords`.
fn member<'a>(members: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    if let Some(value) = members.get(field) {
        return Some(value);
    }
    let mut alike = members.iter().filter(|(key, _)| letters(key) == letters(field));
    let (_, value) = alike.next()?;
    alike.next().is_none().then_some(value)
}

fn letters(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The list without the object around it, or one of its items without the list.
fn bare_list(value: &Value, item: &'static Shape) -> Option<Value> {
    let items = match value {
        Value::Array(_) | Value::Object(_) => list("", value, item).ok()?,
        _ => return None,
    };
    items.as_array().is_some_and(|items| !items.is_empty()).then_some(items)
}

/// Out of one more object, list of one, or string.
fn unwrapped(path: &str, value: &Value, shape: &Shape, wrappers: u8) -> Option<Value> {
    let inner: Vec<Value> = match value {
        Value::Array(items) if items.len() == 1 => vec![items[0].clone()],
        Value::Object(members) => members.values().cloned().collect(),
        Value::String(text) => return candidate::read(text, shape).ok().filter(|_| wrappers > 1),
        _ => return None,
    };
    let worth = |value: &&Value| value.is_object() || value.is_array() || value.is_string();
    let mut fitting =
        inner.iter().filter(worth).filter_map(|value| at(path, value, shape, wrappers - 1).ok());
    let found = fitting.next()?;
    fitting.next().is_none().then_some(found)
}
