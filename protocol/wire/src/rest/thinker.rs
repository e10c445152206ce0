//! `/api/thinker`: prompt templates with typed variables and versions.

use igny8_protocol_ids::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use utoipa::ToSchema;

/// What the values of a variable are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum VariableType {
    /// A text on one line.
    Text,
    /// Texts.
    List,
    /// A whole number.
    Number,
}

/// A variable that a template may name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct VariableView {
    /// Its name, for `{{name}}`.
    pub name: String,
    /// What its values are.
    pub value_type: VariableType,
    /// True if a template must name it.
    pub required: bool,
    /// True if its text comes from files, models or sites: it is fenced as data, and stands on a
    /// line of its own.
    pub imported: bool,
    /// What it holds.
    pub about: String,
}

/// A prompt template with its version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct PromptView {
    /// Of which kind: `article`, `ideas`, `cluster_names`, `image`.
    pub kind: String,
    /// Grows with each change; 0 is ours.
    pub version: u32,
    /// The text with `{{variable}}` places.
    pub template: String,
    /// The variables it may name.
    pub variables: Vec<VariableView>,
}

/// `PUT /api/thinker/prompts/{kind}`, and a preview with example data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangePrompt {
    /// The text with `{{variable}}` places; an unknown variable is refused.
    pub template: String,
}

/// `GET /api/thinker/prompts/{kind}/versions`: the newest first, ours (0) last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct PromptVersionView {
    /// Its number.
    pub version: u32,
    /// When it was written; absent for ours.
    pub created_at: Option<Timestamp>,
    /// By whom; absent for ours.
    pub author: Option<AccountId>,
    /// The author's name, while they are a member.
    pub author_name: Option<String>,
    /// The older version that it equals, if it was restored.
    pub restored: Option<u32>,
    /// Characters.
    pub length: u32,
}

/// `GET /api/thinker/prompts/{kind}/difference`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
pub struct DifferenceQuery {
    /// The older version.
    pub from: u32,
    /// The newer one.
    pub to: u32,
}

/// What a line of a comparison is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum LineChange {
    /// In both.
    Same,
    /// Only in the older version.
    Removed,
    /// Only in the newer one.
    Added,
}

/// A line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct LineView {
    /// What it is.
    pub change: LineChange,
    /// The text.
    pub text: String,
}

/// Two versions compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PromptDifference {
    /// All lines, in their order.
    pub lines: Vec<LineView>,
}

/// `POST /api/thinker/prompts/{kind}/restore`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct RestorePrompt {
    /// The version to use again; 0 is ours.
    pub version: u32,
}

/// A value given by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(untagged)]
pub enum VariableValue {
    /// For a number.
    Number(u32),
    /// For a text.
    Text(String),
    /// For a list.
    List(Vec<String>),
}

/// `POST /api/thinker/sites/{site}/prompts/{kind}/preview`, and `…/test`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct TryPrompt {
    /// The text with `{{variable}}` places, saved or not.
    pub template: String,
    /// The idea, cluster or document whose data fill it; the newest if absent.
    pub subject: Option<String>,
    /// Values in place of the site's; for previews alone.
    #[serde(default)]
    pub values: BTreeMap<String, VariableValue>,
}

/// What a model would get. Nothing is called or spent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct PromptPreview {
    /// What the data are of; absent for example data.
    pub about: Option<String>,
    /// What the pipeline says beside the template: rules, persona, voice.
    pub system: String,
    /// The prompt.
    pub text: String,
}
