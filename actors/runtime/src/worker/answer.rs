//! Structured answers: read strictly, after the wrapping that models put around JSON is taken off.

use super::job::invalid_answer;
use igny8_actors_domain::text::intent::Intent;
use igny8_actors_ports::{ModelError, ResponseFormat};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Reads an answer as JSON of one shape.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, ModelError> {
    serde_json::from_str(unwrapped(text)).map_err(|error| {
        invalid_answer(&format!(
            "The model did not answer with the JSON that was asked for ({error})."
        ))
    })
}

/// Without a code fence around it.
fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("```") else { return text };
    let inner = inner.strip_prefix("json").unwrap_or(inner);
    inner.strip_suffix("```").unwrap_or(inner).trim()
}

#[derive(Deserialize)]
pub(super) struct ClusterNames {
    pub clusters: Vec<ClusterName>,
}

#[derive(Deserialize)]
pub(super) struct ClusterName {
    pub index: usize,
    pub name: String,
    pub intent: String,
    pub pillar: String,
}

#[derive(Deserialize)]
pub(super) struct Ideas {
    pub ideas: Vec<Idea>,
}

#[derive(Deserialize)]
pub(super) struct Idea {
    pub title: String,
    pub angle: String,
    pub outline: Vec<String>,
    pub intent: String,
    pub target_keywords: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct ImagePrompt {
    pub prompt: String,
    pub alt: String,
}

const INTENTS: [&str; 4] = ["informational", "navigational", "commercial", "transactional"];

fn object(properties: &Value) -> Value {
    let required: Vec<&String> =
        properties.as_object().map(|fields| fields.keys().collect()).unwrap_or_default();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn list_of(name: &'static str, field: &str, item: &Value) -> ResponseFormat {
    ResponseFormat::Json {
        name,
        schema: object(&json!({ field: {"type": "array", "items": item} })),
    }
}

pub(super) fn cluster_names_format() -> ResponseFormat {
    let item = object(&json!({
        "index": {"type": "integer"},
        "name": {"type": "string"},
        "intent": {"type": "string", "enum": INTENTS},
        "pillar": {"type": "string"},
    }));
    list_of("cluster_names", "clusters", &item)
}

pub(super) fn ideas_format() -> ResponseFormat {
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let item = object(&json!({
        "title": {"type": "string"},
        "angle": {"type": "string"},
        "outline": texts,
        "intent": {"type": "string", "enum": INTENTS},
        "target_keywords": texts,
    }));
    list_of("ideas", "ideas", &item)
}

pub(super) fn image_prompt_format() -> ResponseFormat {
    let schema = object(&json!({"prompt": {"type": "string"}, "alt": {"type": "string"}}));
    ResponseFormat::Json { name: "image_prompt", schema }
}

/// An intent as models spell it; an unknown one is left open rather than guessed.
pub(super) fn intent(text: &str) -> Option<Intent> {
    Intent::parse(text)
}

/// An intent as prompts spell it.
pub(super) const fn intent_name(intent: Option<Intent>) -> &'static str {
    match intent {
        None => "",
        Some(Intent::Informational) => "informational",
        Some(Intent::Navigational) => "navigational",
        Some(Intent::Commercial) => "commercial",
        Some(Intent::Transactional) => "transactional",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_around_json_is_taken_off() {
        let ideas: ImagePrompt =
            read("```json\n{\"prompt\":\"a cup\",\"alt\":\"A cup\"}\n```").unwrap();
        assert_eq!(ideas.alt, "A cup");
    }

    #[test]
    fn other_text_is_an_invalid_answer() {
        let error = read::<ImagePrompt>("Sure! Here it is").err().unwrap();
        assert_eq!(error.class, igny8_actors_ports::FailureClass::InvalidAnswer);
    }
}
