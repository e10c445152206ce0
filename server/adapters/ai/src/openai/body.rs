//! The request's body.

use super::{OpenAiConfig, TokenLimitField};
use crate::{prompt, schema};
use igny8_actors_ports::{ModelRequest, ResponseFormat};
use serde_json::{Map, Value, json};

/// The body of a streamed chat completion.
pub(super) fn body(config: &OpenAiConfig, limit: TokenLimitField, request: &ModelRequest) -> Value {
    let model = if request.model.is_empty() { &config.model } else { &request.model };
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(model));
    body.insert("messages".to_owned(), messages(config, request));
    body.insert("stream".to_owned(), json!(true));
    body.insert("stream_options".to_owned(), json!({"include_usage": true}));
    body.insert(limit.name().to_owned(), json!(request.output_tokens_max));
    if let (ResponseFormat::Json { name, schema }, true) = (&request.format, config.json_schema) {
        let strict = schema::is_strict(schema);
        let schema = json!({"name": name, "schema": schema.as_ref(), "strict": strict});
        body.insert(
            "response_format".to_owned(),
            json!({"type": "json_schema", "json_schema": schema}),
        );
    }
    Value::Object(body)
}

fn messages(config: &OpenAiConfig, request: &ModelRequest) -> Value {
    let system = match &request.format {
        ResponseFormat::Json { schema, .. } if !config.json_schema => {
            schema::in_words(&request.system, schema)
        }
        _ => request.system.clone(),
    };
    let system = (!system.is_empty()).then(|| json!({"role": "system", "content": system}));
    system.into_iter().chain(prompt::messages(request)).collect()
}
