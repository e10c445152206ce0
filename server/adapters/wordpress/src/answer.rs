//! What a site answered, and which of the port's errors that is.

use igny8_actors_ports::PublishError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// Of a site's own words, as much as a person wants to read.
const MAX_REASON: usize = 300;

/// A site's answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) location: Option<String>,
    /// None if it was no JSON object: a page of a firewall, a cache or a maintenance mode.
    pub(crate) json: Option<Value>,
}

/// What pairing answers.
#[derive(Deserialize)]
pub(crate) struct PairAnswer {
    pub(crate) key_id: String,
    pub(crate) secret: String,
    pub(crate) site: SiteAnswer,
}

/// What `status` answers, as far as it is used.
#[derive(Deserialize)]
pub(crate) struct StatusAnswer {
    pub(crate) site: SiteAnswer,
}

#[derive(Deserialize)]
pub(crate) struct SiteAnswer {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) wordpress: String,
    pub(crate) plugin: String,
    pub(crate) timezone: String,
    pub(crate) seo_plugin: String,
}

/// What importing, and looking an article up, answers.
#[derive(Deserialize)]
pub(crate) struct PostAnswer {
    pub(crate) post_id: u64,
    pub(crate) revision: u64,
    pub(crate) permalink: String,
    pub(crate) status: String,
    pub(crate) modified_gmt: Option<String>,
    pub(crate) repeated: bool,
}

/// What uploading, and looking an image up, answers.
#[derive(Deserialize)]
pub(crate) struct ImageAnswer {
    pub(crate) attachment_id: u64,
    pub(crate) url: String,
}

impl Answer {
    /// The answer of a call that went well, or the reason why it did not.
    pub(crate) fn accept<T: DeserializeOwned>(self) -> Result<T, PublishError> {
        if !(200..300).contains(&self.status) {
            return Err(self.refusal());
        }
        let unreadable = |reason: &str| PublishError::Unreachable {
            reason: reason.to_owned(),
            retry_after: None,
        };
        let json = self.json.ok_or_else(|| {
            unreadable(
                "it answers with a web page: a firewall, cache or maintenance mode is in the way",
            )
        })?;
        serde_json::from_value(json)
            .map_err(|_| unreadable("its answer cannot be read: update the plugin there"))
    }

    /// What a lookup found; None if it found nothing.
    pub(crate) fn found<T: DeserializeOwned>(self) -> Option<T> {
        let json = self.json.as_ref()?;
        (self.status == 200 && json["found"] == true).then(|| self.accept().ok())?
    }

    fn refusal(self) -> PublishError {
        let code = self.text("code");
        let reason = self.reason(&code);
        match (self.status, code.as_str()) {
            (300..=399, _) => PublishError::Address {
                reason: match self.location.as_deref().map(|to| to.split(['?', '#']).next()) {
                    Some(Some(to)) => {
                        format!("the site redirects to {}: use that address", clip(to))
                    }
                    _ => "the site redirects elsewhere".to_owned(),
                },
            },
            (_, "igny8_conflict") => {
                PublishError::Conflict { reason, modified_gmt: self.current_modified() }
            }
            (_, "igny8_stale_epoch") => PublishError::Stale,
            // Signed anew, it passes.
            (_, "igny8_replayed") => PublishError::Unreachable { reason, retry_after: None },
            (401 | 403, _) => PublishError::Unauthorized { reason },
            (408 | 425 | 429 | 500.., _) => {
                PublishError::Unreachable { reason, retry_after: self.retry_after }
            }
            _ => PublishError::Refused { reason },
        }
    }

    fn reason(&self, code: &str) -> String {
        if self.json.is_none() {
            return format!("it answers {} with a page that is not the plugin's", self.status);
        }
        match code {
            "rest_no_route" => "the igny8 plugin is not active there".to_owned(),
            "" => format!("it answers {}", self.status),
            _ => format!("{} ({code})", clip(&self.text("message"))),
        }
    }

    fn text(&self, field: &str) -> String {
        self.json.as_ref().and_then(|json| json[field].as_str()).map(clip).unwrap_or_default()
    }

    /// Empty if the post is gone: expecting that lets it be made anew.
    fn current_modified(&self) -> String {
        let json = self.json.as_ref().unwrap_or(&Value::Null);
        json["data"]["current"]["modified_gmt"].as_str().map(wordpress_time).unwrap_or_default()
    }
}

/// From `2026-11-22T08:00:00Z` to the port's `2026-11-22 08:00:00`.
pub(crate) fn wordpress_time(time: &str) -> String {
    clip(time).replace('T', " ").trim_end_matches('Z').to_owned()
}

/// Sites say what they like: shortened, and without control characters.
fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(status: u16, json: Option<Value>) -> Answer {
        Answer { status, retry_after: Some(Duration::from_secs(7)), location: None, json }
    }

    fn class(error: &PublishError) -> &'static str {
        match error {
            PublishError::Unreachable { retry_after: Some(_), .. } => "unreachable, later",
            PublishError::Unreachable { .. } => "unreachable",
            PublishError::Unauthorized { .. } => "unauthorized",
            PublishError::Conflict { .. } => "conflict",
            PublishError::Stale => "stale",
            PublishError::Refused { .. } => "refused",
            PublishError::Address { .. } => "address",
        }
    }

    #[test]
    fn every_answer_has_its_class() {
        for (status, code, expected) in [
            (401, "igny8_bad_signature", "unauthorized"),
            (401, "igny8_not_paired", "unauthorized"),
            (401, "igny8_clock_skew", "unauthorized"),
            (401, "igny8_replayed", "unreachable"),
            (403, "igny8_code_wrong", "unauthorized"),
            (401, "rest_not_logged_in", "unauthorized"),
            (404, "rest_no_route", "refused"),
            (409, "igny8_conflict", "conflict"),
            (409, "igny8_stale_epoch", "stale"),
            (409, "igny8_stale_revision", "refused"),
            (409, "igny8_revision_reused", "refused"),
            (413, "igny8_too_large", "refused"),
            (415, "igny8_image_type", "refused"),
            (422, "igny8_invalid", "refused"),
            (429, "too_many", "unreachable, later"),
            (500, "igny8_failed", "unreachable, later"),
            (503, "igny8_busy", "unreachable, later"),
        ] {
            let error = answer(status, Some(json!({"code": code, "message": "Why."})))
                .accept::<Value>()
                .unwrap_err();
            assert_eq!(class(&error), expected, "{status} {code}");
        }
        for (status, expected) in [
            (200, "unreachable"),
            (403, "unauthorized"),
            (404, "refused"),
            (502, "unreachable, later"),
            (301, "address"),
        ] {
            assert_eq!(
                class(&answer(status, None).accept::<Value>().unwrap_err()),
                expected,
                "page {status}"
            );
        }
    }

    #[test]
    fn conflict_names_the_state_at_the_site() {
        let current = json!({"code": "igny8_conflict", "message": "Edited.",
            "data": {"current": {"modified_gmt": "2026-11-22T08:00:01Z"}}});
        let gone =
            json!({"code": "igny8_conflict", "message": "Deleted.", "data": {"current": null}});
        for (json, expected) in [(current, "2026-11-22 08:00:01"), (gone, "")] {
            match answer(409, Some(json)).accept::<Value>().unwrap_err() {
                PublishError::Conflict { modified_gmt, .. } => assert_eq!(modified_gmt, expected),
                other => panic!("{other}"),
            }
        }
    }

    #[test]
    fn a_sites_words_are_clipped() {
        let error = answer(422, Some(json!({"code": "x", "message": "a\u{1b}[31m".repeat(1000)})))
            .accept::<Value>()
            .unwrap_err()
            .to_string();
        assert!(error.len() < 400 && !error.contains('\u{1b}'), "{error}");
    }
}
