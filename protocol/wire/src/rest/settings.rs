//! `/api/settings`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// `POST sites`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct NewSite {
    /// Name.
    pub name: String,
    /// Language of the content (BCP 47); `en` if absent.
    pub language: Option<String>,
    /// How the AI writes here.
    pub brand_voice: Option<String>,
}

/// `PATCH sites/{site}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeSite {
    /// A new name.
    pub name: Option<String>,
    /// Another language.
    pub language: Option<String>,
    /// Another voice.
    pub brand_voice: Option<String>,
    /// Who speaks there, and to whom.
    pub persona: Option<String>,
    /// Hosts that the AI may link to, beside the site's own.
    pub link_hosts: Option<Vec<String>>,
}

/// Which provider a tenant's models come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// The server's own (the offline model in development mode).
    Platform,
    /// Any service that speaks the OpenAI protocol.
    OpenAiCompatible,
    /// Anthropic's, or a service that speaks its protocol: for texts.
    Anthropic,
    /// Runware's: for pictures.
    Runware,
}

/// `GET ai-models`: never shows a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct AiModels {
    /// The provider.
    pub provider: Provider,
    /// Its address.
    pub base_url: Option<String>,
    /// The model for text.
    pub model: String,
    /// The last four characters of the key, if there is one.
    pub key_hint: Option<String>,
}

/// `PUT ai-models`.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeAiModels {
    /// The provider.
    pub provider: Provider,
    /// Its address, for `open_ai_compatible`.
    pub base_url: Option<String>,
    /// The model for text.
    pub model: Option<String>,
    /// The key: kept sealed, shown never again. Absent keeps the one that is there.
    pub key: Option<String>,
}
