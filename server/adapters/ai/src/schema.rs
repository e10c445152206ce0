//! JSON schemas as providers take them.

use serde_json::{Map, Value, json};

/// Bounds that Anthropic's constrained answers refuse; the pipeline checks them itself.
/// <https://platform.claude.com/docs/en/build-with-claude/structured-outputs>
const BOUNDS: [&str; 10] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "minItems",
    "uniqueItems",
];

/// Strict schemas close every object and require all of its properties; a schema that does not is
/// refused by OpenAI if it is sent as strict.
pub(crate) fn is_strict(schema: &Value) -> bool {
    objects(schema, &|map| {
        let required = map.get("required").and_then(Value::as_array);
        let is_required = |name| required.is_some_and(|list| list.iter().any(|r| r == name));
        let properties = map.get("properties").and_then(Value::as_object);
        is_closed(map) && properties.is_some_and(|all| all.keys().all(is_required))
    })
}

/// Closed schemas close every object; properties may be left out.
pub(crate) fn is_closed_throughout(schema: &Value) -> bool {
    objects(schema, &is_closed)
}

fn is_closed(map: &Map<String, Value>) -> bool {
    map.get("additionalProperties") == Some(&Value::Bool(false))
}

/// True if the rule holds for each object that the schema describes.
fn objects(schema: &Value, rule: &impl Fn(&Map<String, Value>) -> bool) -> bool {
    match schema {
        Value::Object(map) => {
            (map.get("type") != Some(&json!("object")) || rule(map))
                && map.values().all(|value| objects(value, rule))
        }
        Value::Array(values) => values.iter().all(|value| objects(value, rule)),
        _ => true,
    }
}

/// The schema without bounds on numbers, texts and lists.
pub(crate) fn without_bounds(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let kept = map.iter().filter(|(name, _)| !BOUNDS.contains(&name.as_str()));
            let mended = kept.map(|(name, value)| {
                let value = match (name.as_str(), value) {
                    // Names of the data, not words of the schema.
                    ("properties", Value::Object(fields)) => fields
                        .iter()
                        .map(|(field, schema)| (field.clone(), without_bounds(schema)))
                        .collect(),
                    ("enum" | "const", value) => value.clone(),
                    (_, value) => without_bounds(value),
                };
                (name.clone(), value)
            });
            Value::Object(mended.collect())
        }
        Value::Array(values) => values.iter().map(without_bounds).collect(),
        other => other.clone(),
    }
}

/// For providers that cannot be held to a schema: instructions that ask for it.
pub(crate) fn in_words(system: &str, schema: &Value) -> String {
    let asked = "Answer with one JSON value that fits this JSON schema, and nothing else:";
    format!("{system}\n\n{asked}\n{schema}").trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_closed_schemas_that_require_all_are_strict() {
        let closed = json!({"type": "object", "additionalProperties": false, "required": ["a"],
            "properties": {"a": {"type": "array", "items": {"type": "string"}}}});
        let inner_open = json!({"type": "object", "additionalProperties": false, "required": ["a"],
            "properties": {"a": {"type": "object", "properties": {}}}});
        let optional =
            json!({"type": "object", "additionalProperties": false, "properties": {"a": {}}});
        assert!(is_strict(&closed) && is_closed_throughout(&closed));
        assert!(!is_strict(&inner_open) && !is_closed_throughout(&inner_open));
        assert!(!is_strict(&optional) && is_closed_throughout(&optional));
    }

    #[test]
    fn bounds_go_and_fields_of_the_same_names_stay() {
        let schema = json!({"type": "object", "required": ["minimum"], "properties": {
            "minimum": {"type": "integer", "minimum": 1, "enum": [{"maxLength": 1}]},
            "list": {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 9}},
        }});
        let expected = json!({"type": "object", "required": ["minimum"], "properties": {
            "minimum": {"type": "integer", "enum": [{"maxLength": 1}]},
            "list": {"type": "array", "items": {"type": "string"}},
        }});
        assert_eq!(without_bounds(&schema), expected);
    }
}
