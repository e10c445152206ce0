//! The request's body.

use super::{AnthropicConfig, StructuredAnswers};
use crate::{prompt, schema};
use igny8_actors_ports::{ModelRequest, ResponseFormat};
use serde_json::{Map, Value, json};

/// In which form the answer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As text.
    Text,
    /// Held to a schema by `output_config`.
    Schema,
    /// As the input of a tool.
    Tool,
    /// As JSON by words.
    Words,
}

impl Form {
    pub(super) fn of(config: &AnthropicConfig, request: &ModelRequest) -> Self {
        let ResponseFormat::Json { schema, .. } = &request.format else { return Self::Text };
        // A tool's input and a constrained answer begin anew: only text can be continued.
        if prompt::prefix(request).is_some() {
            return Self::Words;
        }
        match config.structured {
            StructuredAnswers::OutputConfig if schema::is_closed_throughout(schema) => Self::Schema,
            StructuredAnswers::ForcedTool => Self::Tool,
            _ => Self::Words,
        }
    }
}

/// The body of a streamed message.
pub(super) fn body(config: &AnthropicConfig, request: &ModelRequest, form: Form) -> Value {
    let model = if request.model.is_empty() { &config.model } else { &request.model };
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("model", json!(model));
    put("max_tokens", json!(request.output_tokens_max));
    put("stream", json!(true));
    put("messages", messages(config, request));
    let mut system = request.system.clone();
    if let ResponseFormat::Json { name, schema } = &request.format {
        match form {
            Form::Schema => {
                let schema = schema::without_bounds(schema);
                put("output_config", json!({"format": {"type": "json_schema", "schema": schema}}));
            }
            Form::Tool => {
                let description = "Takes the answer.";
                let schema = schema.as_ref();
                let tool =
                    json!({"name": name, "description": description, "input_schema": schema});
                put("tools", json!([tool]));
                put("tool_choice", json!({"type": "tool", "name": name}));
            }
            Form::Words | Form::Text => system = schema::in_words(&system, schema),
        }
    }
    if !system.is_empty() {
        put("system", json!(system));
    }
    Value::Object(body)
}

fn messages(config: &AnthropicConfig, request: &ModelRequest) -> Value {
    let mut messages = prompt::messages(request);
    // A last message of the assistant is refused if it ends in white space.
    let begun = prompt::prefix(request).map(str::trim_end).filter(|begun| !begun.is_empty());
    if let (true, Some(begun)) = (config.prefill, begun) {
        messages.truncate(1);
        messages.push(json!({"role": "assistant", "content": begun}));
    }
    Value::Array(messages)
}
