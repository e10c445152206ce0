//! Under which name a service knows the bound on an answer's tokens.
//! OpenAI and Azure: `max_completion_tokens`; their models that think refuse the other
//! (<https://platform.openai.com/docs/api-reference/chat/create>). Others know `max_tokens`, and
//! not all of them the new name. A service that refuses the one by name gets the other.

use igny8_actors_ports::FailureClass;
use igny8_server_adapters_http::Failure;
use reqwest::Url;
use std::sync::atomic::{AtomicBool, Ordering};

/// Hosts that want the new name: OpenAI's own and Azure's, with all below them.
const NEW_NAME_HOSTS: [&str; 4] =
    ["openai.com", "openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"];

/// Under which name the provider knows the bound on an answer's tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenLimitField {
    /// `max_completion_tokens`: OpenAI's newer models refuse the other.
    #[default]
    MaxCompletionTokens,
    /// `max_tokens`: what older compatible servers understand.
    MaxTokens,
}

impl TokenLimitField {
    /// What the service at an address is told first.
    pub fn at(base_url: &str) -> Self {
        let url = Url::parse(base_url).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        let wants_new = |known: &str| {
            host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        match NEW_NAME_HOSTS.iter().any(|known| wants_new(known)) {
            true => Self::MaxCompletionTokens,
            false => Self::MaxTokens,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::MaxCompletionTokens => "max_completion_tokens",
            Self::MaxTokens => "max_tokens",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::MaxCompletionTokens => Self::MaxTokens,
            Self::MaxTokens => Self::MaxCompletionTokens,
        }
    }

    /// True if a service refuses a request because of this very name.
    fn is_refused_by(self, failure: &Failure) -> bool {
        let name = self.name();
        failure.class == FailureClass::InvalidRequest
            && (failure.message.contains(&format!("'{name}' is not supported"))
                || failure
                    .message
                    .contains(&format!("Unrecognized request argument supplied: {name}")))
    }
}

/// The name in use, which a refusal changes: from then on calls begin with the other.
#[derive(Debug)]
pub(super) struct TokenLimit {
    first: TokenLimitField,
    changed: AtomicBool,
}

impl TokenLimit {
    pub(super) fn new(first: TokenLimitField) -> Self {
        Self { first, changed: AtomicBool::new(false) }
    }

    pub(super) fn now(&self) -> TokenLimitField {
        match self.changed.load(Ordering::Relaxed) {
            true => self.first.other(),
            false => self.first,
        }
    }

    /// The name to try instead of one that was refused; none if it was refused for another reason.
    pub(super) fn instead_of(
        &self,
        sent: TokenLimitField,
        failure: &Failure,
    ) -> Option<TokenLimitField> {
        if !sent.is_refused_by(failure) {
            return None;
        }
        self.changed.store(sent == self.first, Ordering::Relaxed);
        Some(sent.other())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openai_and_azure_want_the_new_name_and_others_the_old_one() {
        for (url, name) in [
            ("https://api.openai.com/v1", "max_completion_tokens"),
            ("https://eu.api.openai.com/v1", "max_completion_tokens"),
            ("https://shop.openai.azure.com/openai/v1", "max_completion_tokens"),
            ("https://openrouter.ai/api/v1", "max_tokens"),
            ("https://notopenai.com/v1", "max_tokens"),
            ("https://openai.com.example/v1", "max_tokens"),
            ("http://localhost:11434/v1", "max_tokens"),
            ("nonsense", "max_tokens"),
        ] {
            assert_eq!(TokenLimitField::at(url).name(), name, "{url}");
        }
    }
}
