//! The request's body.

use super::{OpenAiConfig, TokenLimitField};
use igny8_actors_ports::{ModelRequest, ResponseFormat};
use serde_json::{Map, Value, json};

/// How a second attempt is told to go on from the text that a lost one had delivered.
const CONTINUE: &str = "Your answer was cut off. Continue it from exactly where it ends, mid-word if need \
be. Do not repeat anything, do not start over, do not comment on the interruption.";

/// The body of a streamed chat completion.
pub(super) fn body(config: &OpenAiConfig, request: &ModelRequest) -> Value {
    let model = if request.model.is_empty() { &config.model } else { &request.model };
    let limit = match config.token_limit_field {
        TokenLimitField::MaxCompletionTokens => "max_completion_tokens",
        TokenLimitField::MaxTokens => "max_tokens",
    };
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(model));
    body.insert("messages".to_owned(), messages(config, request));
    body.insert("stream".to_owned(), json!(true));
    body.insert("stream_options".to_owned(), json!({"include_usage": true}));
    body.insert(limit.to_owned(), json!(request.output_tokens_max));
    if let (ResponseFormat::Json { name, schema }, true) = (&request.format, config.json_schema) {
        let schema = json!({"name": name, "schema": schema, "strict": fits_strict(schema)});
        body.insert(
            "response_format".to_owned(),
            json!({"type": "json_schema", "json_schema": schema}),
        );
    }
    Value::Object(body)
}

fn messages(config: &OpenAiConfig, request: &ModelRequest) -> Value {
    let mut system = request.system.clone();
    if let (ResponseFormat::Json { schema, .. }, false) = (&request.format, config.json_schema) {
        system += &format!(
            "\n\nAnswer with one JSON value that fits this JSON schema, and nothing else:\n{schema}"
        );
    }
    let mut messages = Vec::new();
    if !system.is_empty() {
        messages.push(json!({"role": "system", "content": system}));
    }
    messages.push(json!({"role": "user", "content": request.prompt}));
    if let Some(prefix) = request.prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
        messages.push(json!({"role": "assistant", "content": prefix}));
        messages.push(json!({"role": "user", "content": CONTINUE}));
    }
    Value::Array(messages)
}

/// Strict schemas close every object and require all of its properties; a schema that does not is
/// refused by the provider if it is sent as strict.
fn fits_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(map) => {
            let properties = map.get("properties").and_then(Value::as_object);
            let required = map.get("required").and_then(Value::as_array);
            let is_closed = || {
                let all = |names: &Map<String, Value>| {
                    names
                        .keys()
                        .all(|name| required.is_some_and(|list| list.iter().any(|r| r == name)))
                };
                map.get("additionalProperties") == Some(&Value::Bool(false))
                    && properties.is_some_and(all)
            };
            (map.get("type") != Some(&json!("object")) || is_closed())
                && map.values().all(fits_strict)
        }
        Value::Array(values) => values.iter().all(fits_strict),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_closed_schemas_are_strict() {
        let closed = json!({"type": "object", "additionalProperties": false, "required": ["a"],
            "properties": {"a": {"type": "array", "items": {"type": "string"}}}});
        let inner_open = json!({"type": "object", "additionalProperties": false, "required": ["a"],
            "properties": {"a": {"type": "object", "properties": {}}}});
        let optional =
            json!({"type": "object", "additionalProperties": false, "properties": {"a": {}}});
        assert!(fits_strict(&closed));
        assert!(!fits_strict(&inner_open));
        assert!(!fits_strict(&optional));
    }
}
