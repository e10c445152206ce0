//! The conversation of a request, as both protocols tell it.

use igny8_actors_ports::ModelRequest;
use serde_json::{Value, json};

/// How a second attempt is told to go on from the text that a lost one had delivered.
const CONTINUE: &str = "Your answer was cut off. Continue it from exactly where it ends, mid-word if need \
be. Do not repeat anything, do not start over, do not comment on the interruption.";

/// The text that a lost attempt had delivered, if there is any.
pub(crate) fn prefix(request: &ModelRequest) -> Option<&str> {
    request.prefix.as_deref().filter(|prefix| !prefix.is_empty())
}

/// What is asked; behind it the text of a lost attempt and the wish to go on.
pub(crate) fn messages(request: &ModelRequest) -> Vec<Value> {
    let mut messages = vec![json!({"role": "user", "content": request.prompt})];
    if let Some(prefix) = prefix(request) {
        messages.push(json!({"role": "assistant", "content": prefix}));
        messages.push(json!({"role": "user", "content": CONTINUE}));
    }
    messages
}
