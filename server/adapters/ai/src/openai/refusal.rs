//! What a provider's refusal means for the queue.

use igny8_actors_ports::{FailureClass, ModelError};
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// The longest wait that is believed: quotas that reset later are looked at again after a day.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3600);
/// Letters of the provider's own words that are shown.
const MESSAGE_CHARS_MAX: usize = 500;
/// Signs of a key in the provider's words: keys are echoed in part by some.
const KEY_PREFIXES: [&str; 4] = ["sk-", "sk_", "Bearer", "gsk_"];

const QUOTA_CODES: [&str; 7] = [
    "insufficient_quota",
    "quota_exceeded",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_credits",
    "insufficient_balance",
    "budget_exceeded",
];
const QUOTA_WORDS: [&str; 6] = [
    "exceeded your current quota",
    "budget has been exceeded",
    "insufficient balance",
    "insufficient credits",
    "credit balance is too low",
    "billing hard limit",
];
const CONTEXT_WORDS: [&str; 4] =
    ["maximum context length", "context window", "context length exceeded", "prompt is too long"];

/// The parts of an error body, wherever the provider put them.
#[derive(Debug, Default)]
struct Told {
    code: String,
    kind: String,
    message: String,
}

/// The error that a status and a body stand for.
pub(super) fn from_response(
    status: StatusCode,
    headers: &HeaderMap,
    body: &str,
    key: Option<&SecretString>,
) -> ModelError {
    let told = match serde_json::from_str::<Value>(body) {
        Ok(value) => Told::read(value.get("error").unwrap_or(&value)),
        Err(_) => Told::default(),
    };
    let class = classify(status, &told);
    let words = clean(&told.message, key);
    let message = match words.is_empty() {
        true => format!("{} ({})", summary(class), status.as_u16()),
        false => format!("{} ({}): {words}", summary(class), status.as_u16()),
    };
    ModelError { class, message, retry_after: retry_after(headers) }
}

/// The error that an event inside a stream tells.
pub(super) fn from_event(error: &Value, key: Option<&SecretString>) -> ModelError {
    let told = Told::read(error);
    let number =
        error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = number.and_then(|code| StatusCode::from_u16(code).ok());
    let kind_status = match told.kind.as_str() {
        "invalid_request_error" => StatusCode::BAD_REQUEST,
        "authentication_error" => StatusCode::UNAUTHORIZED,
        "rate_limit_error" | "rate_limit_exceeded" | "tokens" | "requests" => {
            StatusCode::TOO_MANY_REQUESTS
        }
        _ => StatusCode::BAD_GATEWAY,
    };
    let class = classify(status.unwrap_or(kind_status), &told);
    let message = format!("{}: {}", summary(class), clean(&told.message, key));
    ModelError { class, message, retry_after: None }
}

impl Told {
    fn read(error: &Value) -> Self {
        let text = |name: &str| match error.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let message = error.as_str().map_or_else(|| text("message"), str::to_owned);
        Self { code: text("code"), kind: text("type"), message }
    }

    fn names(&self, codes: &[&str]) -> bool {
        codes.iter().any(|code| self.code == *code || self.kind == *code)
    }

    fn says(&self, words: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        words.iter().any(|word| message.contains(word))
    }
}

/// Codes come before statuses: providers agree less on the latter.
fn classify(status: StatusCode, told: &Told) -> FailureClass {
    let is_client = status.is_client_error();
    match status.as_u16() {
        402 => FailureClass::Quota,
        _ if told.names(&QUOTA_CODES) || (is_client && told.says(&QUOTA_WORDS)) => {
            FailureClass::Quota
        }
        _ if told.names(&["context_length_exceeded"]) => FailureClass::ContextLength,
        413 => FailureClass::ContextLength,
        400 | 422 if told.says(&CONTEXT_WORDS) => FailureClass::ContextLength,
        _ if told.names(&["content_filter", "content_policy_violation", "moderation_blocked"]) => {
            FailureClass::ContentFilter
        }
        401 | 403 => FailureClass::Unauthorized,
        429 => FailureClass::RateLimited,
        408 | 504 => FailureClass::Timeout,
        500..=599 => FailureClass::Unavailable,
        _ => FailureClass::InvalidRequest,
    }
}

fn summary(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Timeout => "the provider gave no answer in time",
        FailureClass::RateLimited => "the provider asks to wait",
        FailureClass::Quota => {
            "the provider's budget is used up: raise it there, or use another provider"
        }
        FailureClass::Unauthorized => "the provider refuses the key: check it in the settings",
        FailureClass::ContextLength => "the request is too long for this model",
        FailureClass::ContentFilter => "the provider's filter refused the request",
        FailureClass::Unavailable => "the provider failed",
        FailureClass::BrokenStream => "the answer was cut before its end",
        FailureClass::InvalidAnswer => "the provider's answer cannot be read",
        FailureClass::InvalidRequest => {
            "the provider refuses the request: check model and address in the settings"
        }
    }
}

/// The provider's words, in one line, bounded, and without anything that looks like a key.
pub(super) fn clean(text: &str, key: Option<&SecretString>) -> String {
    let without_key = match key.map(|key| key.expose_secret().trim()).filter(|key| !key.is_empty())
    {
        Some(key) => text.replace(key, "[key]"),
        None => text.to_owned(),
    };
    let is_key = |word: &str| {
        let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        KEY_PREFIXES.iter().any(|prefix| bare.starts_with(prefix))
    };
    let words =
        without_key.split_whitespace().map(|word| if is_key(word) { "[key]" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(MESSAGE_CHARS_MAX).collect()
}

/// `retry-after-ms`, or `retry-after` in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |value: Option<&reqwest::header::HeaderValue>| {
        Some(value?.to_str().ok()?.trim().to_owned())
    };
    let number = |text: &str, unit: f64| {
        let seconds = text.parse::<f64>().ok()? * unit;
        (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(RETRY_AFTER_MAX))
    };
    let millis = text(headers.get("retry-after-ms")).and_then(|text| number(&text, 0.001));
    let wait = millis.or_else(|| {
        let text = text(headers.get(RETRY_AFTER))?;
        number(&text, 1.0).or_else(|| until_date(&text, headers))
    });
    wait.map(|wait| wait.min(RETRY_AFTER_MAX))
}

/// From the provider's own clock if it tells it, so that a wrong clock here does no harm.
fn until_date(text: &str, headers: &HeaderMap) -> Option<Duration> {
    let parse =
        |text: &str| Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond());
    let until = parse(text)?;
    let told = headers.get(DATE).and_then(|date| parse(date.to_str().ok()?));
    let now = told.or_else(|| {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok()
    })?;
    Some(Duration::from_millis(u64::try_from(until - now).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(pairs: &[(&'static str, &str)]) -> Option<Duration> {
        let headers = pairs.iter().map(|(name, value)| {
            (reqwest::header::HeaderName::from_static(name), value.parse().unwrap())
        });
        retry_after(&headers.collect())
    }

    #[test]
    fn retry_after_is_read_in_all_its_forms() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        type Case<'a> = (&'a [(&'static str, &'a str)], Option<u64>);
        let cases: [Case; 9] = [
            (&[("retry-after", "2")], Some(2000)),
            (&[("retry-after", "0.5")], Some(500)),
            (&[("retry-after-ms", "120"), ("retry-after", "9")], Some(120)),
            (&[date, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], Some(30_000)),
            (&[date, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], Some(0)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "1e300")], Some(RETRY_AFTER_MAX.as_millis() as u64)),
            (&[], None),
        ];
        for (headers, millis) in cases {
            assert_eq!(wait(headers), millis.map(Duration::from_millis), "{headers:?}");
        }
    }

    #[test]
    fn keys_are_cut_from_the_providers_words() {
        let key = SecretString::from("my-own-key".to_owned());
        let cleaned =
            clean("Incorrect key: \"sk-abc***xyz\", my-own-key.\nSee\u{7} docs", Some(&key));
        assert_eq!(cleaned, "Incorrect key: [key] [key]. See docs");
        assert!(clean(&"a ".repeat(5000), None).len() <= MESSAGE_CHARS_MAX);
    }

    #[test]
    fn budget_in_words_alone_is_a_quota() {
        let body = r#"{"error":{"message":"Budget has been exceeded! Current cost: 5","type":"budget","code":"400"}}"#;
        let error = from_response(StatusCode::BAD_REQUEST, &HeaderMap::new(), body, None);
        assert_eq!(error.class, FailureClass::Quota);
    }

    #[test]
    fn body_that_is_no_json_is_classed_by_its_status() {
        for (status, class) in [
            (500, FailureClass::Unavailable),
            (529, FailureClass::Unavailable),
            (504, FailureClass::Timeout),
            (429, FailureClass::RateLimited),
            (403, FailureClass::Unauthorized),
            (404, FailureClass::InvalidRequest),
            (302, FailureClass::InvalidRequest),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(
                from_response(status, &HeaderMap::new(), "<html>", None).class,
                class,
                "{status}"
            );
        }
    }
}
