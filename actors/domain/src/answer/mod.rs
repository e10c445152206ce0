//! Structured answers of models: read tolerantly, fitted to the shape that was asked for. Nothing
//! is invented: every value of a reading stands in the answer, and what could be meant in two ways
//! is not read at all. It does not ask again and parks nothing: the worker and the queue do.

mod candidate;
mod fit;
mod number;
mod reader;
mod shape;
mod string;

pub use shape::{
    Answer, ClusterName, ClusterNames, IdeaAnswer, Ideas, ImageText, Rewrite, Shape,
    shape_of_prompt,
};

use serde_json::Value;

/// The longest answer that is read: twenty long articles, or ten thousand ideas.
pub const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Lists and objects within each other: our shapes need four, a wrapper adds two.
const DEPTH_MAX: usize = 64;
/// Places in one answer that are tried as the beginning of JSON: prose rarely has five brackets.
const CANDIDATES_MAX: usize = 32;
/// Characters looked at, per byte of the answer: bounds the time, whatever an answer holds.
const LOOKS_PER_BYTE: usize = 24;

/// Why an answer cannot be read. Shown to the model that is asked to repair it, and to people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nothing was written.
    #[error("The answer is empty.")]
    Empty,
    /// It is longer than [`ANSWER_BYTES_MAX`].
    #[error("The answer is longer than 1 MiB.")]
    TooLong,
    /// There is no JSON in it.
    #[error("There is no JSON in the answer.")]
    NoJson,
    /// It ends before the JSON does.
    #[error("The JSON ends in the middle: line {line} is the last.")]
    Cut {
        /// Counted from 1.
        line: usize,
    },
    /// Something stands where it cannot stand.
    #[error("Line {line}: {what}.")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// In words.
        what: &'static str,
    },
    /// The JSON is not of the shape that was asked for.
    #[error("{path}: {what}.")]
    Misfit {
        /// Such as `ideas[2].angle`.
        path: String,
        /// In words.
        what: String,
    },
    /// There are several answers, and they differ.
    #[error("There are several answers that differ: give one.")]
    Several,
    /// It is so deep or so tangled that reading it would take too long.
    #[error("The JSON is too deeply nested or too tangled.")]
    Tangled,
}

/// Reads an answer as a value of a shape.
pub fn read(text: &str, shape: &Shape) -> Result<Value, Unreadable> {
    if text.len() > ANSWER_BYTES_MAX {
        return Err(Unreadable::TooLong);
    }
    let text = trimmed(text);
    if text.is_empty() {
        return Err(Unreadable::Empty);
    }
    let strict = serde_json::from_str(text).ok();
    if let Some(fitted) = strict.and_then(|value| fit::fit(&value, shape).ok()) {
        return Ok(fitted);
    }
    match candidate::read(text, shape) {
        // An answer that went through a web page: its quotes are entities.
        Err(error) if text.contains("&quot;") => {
            let plain = text.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
            candidate::read(&plain, shape).map_err(|_| error)
        }
        other => other,
    }
}

/// Reads an answer as the type that was asked for.
pub fn read_as<T: Answer>(text: &str) -> Result<T, Unreadable> {
    let value = read(text, T::SHAPE)?;
    let answer: T = serde_json::from_value(value).map_err(|error| Unreadable::Misfit {
        path: "The answer".to_owned(),
        what: error.to_string(),
    })?;
    answer.check()?;
    Ok(answer)
}

/// Without white space and the marks that files and chats put at the edges.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\0'))
}
