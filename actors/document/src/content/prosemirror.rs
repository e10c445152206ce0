//! ProseMirror JSON: what TipTap's `getJSON` gives and `setContent` takes.

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::tree::ContentTree;
use crate::node::{Attributes, Child, Node, push_run};
use crate::schema;

/// The JSON is no document of the article schema.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not an article: {reason}")]
pub struct ContentError {
    /// Which node, mark or attribute, and why.
    pub reason: String,
}

fn refuse<T>(reason: impl Into<String>) -> Result<T, ContentError> {
    Err(ContentError { reason: reason.into() })
}

impl ContentTree {
    /// Reads a node of type `doc`. Comment marks are left out: their keys belong to one document.
    pub fn from_prosemirror_json(json: &Value) -> Result<Self, ContentError> {
        if json.get("type").and_then(Value::as_str) != Some("doc") {
            return refuse("the outermost node is not a doc");
        }
        Ok(Self::from_nodes(&children(json, None, 1)?))
    }

    /// Writes a node of type `doc`.
    pub fn to_prosemirror_json(&self) -> Value {
        json!({ "type": "doc", "content": children_json(&self.to_nodes()) })
    }
}

fn children(json: &Value, parent: Option<&str>, depth: u32) -> Result<Vec<Child>, ContentError> {
    let mut children: Vec<Child> = Vec::new();
    let Some(content) = json.get("content").and_then(Value::as_array) else { return Ok(children) };
    for item in content {
        let Some(tag) = item.get("type").and_then(Value::as_str) else {
            return refuse("a node has no type");
        };
        if tag == "text" {
            if !schema::may_contain_text(parent) {
                return refuse(format!("text cannot stand in {}", parent.unwrap_or("doc")));
            }
            if !matches!(children.last(), Some(Child::Text(_))) {
                children.push(Child::Text(Vec::new()));
            }
            if let Some(Child::Text(runs)) = children.last_mut() {
                let text = item.get("text").and_then(Value::as_str).unwrap_or_default();
                push_run(runs, text, &marks(item)?);
            }
            continue;
        }
        children.push(Child::Element(element(item, tag, parent, depth)?));
    }
    Ok(children)
}

fn element(
    item: &Value,
    tag: &str,
    parent: Option<&str>,
    depth: u32,
) -> Result<Node, ContentError> {
    if depth > schema::DEPTH_MAX {
        return refuse(format!("nodes are nested deeper than {}", schema::DEPTH_MAX));
    }
    if !schema::may_contain(parent, tag) {
        return refuse(format!("{tag} cannot stand in {}", parent.unwrap_or("doc")));
    }
    let mut node = Node::new(tag);
    for (name, value) in item.get("attrs").and_then(Value::as_object).into_iter().flatten() {
        if value.is_null() {
            continue;
        }
        if let Some(reason) = schema::refuse_attribute(tag, name, value) {
            return refuse(reason);
        }
        node.attributes.insert(name.clone(), value.clone());
    }
    node.children = children(item, Some(tag), depth + 1)?;
    if schema::needs_children(tag) && node.children.is_empty() {
        return refuse(format!("{tag} is empty"));
    }
    Ok(node)
}

fn marks(item: &Value) -> Result<Attributes, ContentError> {
    let mut marks = Attributes::new();
    for mark in item.get("marks").and_then(Value::as_array).into_iter().flatten() {
        let Some(name) = mark.get("type").and_then(Value::as_str) else {
            return refuse("a mark has no type");
        };
        if name == "comment" {
            continue;
        }
        let attributes: Map<String, Value> = mark
            .get("attrs")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let value = Value::Object(attributes);
        if let Some(reason) = schema::refuse_mark(name, &value) {
            return refuse(reason);
        }
        marks.insert(name.to_owned(), value);
    }
    Ok(marks)
}

fn children_json(children: &[Child]) -> Vec<Value> {
    children
        .iter()
        .flat_map(|child| match child {
            Child::Element(node) => vec![element_json(node)],
            Child::Text(runs) => runs
                .iter()
                .map(|run| {
                    let mut text = json!({ "type": "text", "text": run.text });
                    if !run.marks.is_empty() {
                        text["marks"] = run.marks.iter().map(|(k, v)| mark_json(k, v)).collect();
                    }
                    text
                })
                .collect(),
        })
        .collect()
}

fn element_json(node: &Node) -> Value {
    let mut json = json!({ "type": node.tag });
    if !node.attributes.is_empty() {
        json["attrs"] = node.attributes.clone().into_iter().collect::<Map<_, _>>().into();
    }
    if !node.children.is_empty() {
        json["content"] = children_json(&node.children).into();
    }
    json
}

fn mark_json(key: &str, value: &Value) -> Value {
    let name = if schema::is_comment(key) { "comment" } else { key };
    match value.as_object() {
        Some(attributes) if !attributes.is_empty() => json!({ "type": name, "attrs": attributes }),
        _ => json!({ "type": name }),
    }
}
