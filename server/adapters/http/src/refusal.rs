//! What a provider's refusal means for the queue.
//! Published: <https://platform.openai.com/docs/guides/error-codes>,
//! <https://platform.claude.com/docs/en/api/errors>, <https://runware.ai/docs/platform/errors>.

use crate::pace::wait;
use crate::{Failure, clean};
use igny8_actors_ports::FailureClass;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use secrecy::SecretString;
use serde_json::Value;

const QUOTA_CODES: [&str; 9] = [
    "insufficient_quota",
    "quota_exceeded",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "insufficient_credits",
    "insufficientCredits",
    "insufficient_balance",
    "budget_exceeded",
];
const QUOTA_WORDS: [&str; 9] = [
    "exceeded your current quota",
    "budget has been exceeded",
    "insufficient balance",
    "insufficient credits",
    "insufficient funds",
    "credit balance is too low",
    "billing hard limit",
    // Anthropic's spending limits of an organisation and of a workspace.
    "your specified api usage limits",
    "your specified workspace api usage limits",
];
const CONTEXT_CODES: [&str; 3] =
    ["context_length_exceeded", "request_too_large", "string_above_max_length"];
const CONTEXT_WORDS: [&str; 5] = [
    "maximum context length",
    "context window",
    "context length exceeded",
    "prompt is too long",
    "exceed context limit",
];
const FILTER_CODES: [&str; 6] = [
    "content_filter",
    "content_policy_violation",
    "moderation_blocked",
    "invalid_prompt",
    "invalidProviderContent",
    "contentModeration",
];
/// Only said where a filter refuses; Runware's codes differ from model to model.
const FILTER_WORDS: [&str; 4] =
    ["safety system", "content policy", "content moderation", "usage policies"];
const KEY_CODES: [&str; 5] = [
    "invalid_api_key",
    "invalidApiKey",
    "missingApiKey",
    "authentication_error",
    "permission_error",
];
const RATE_CODES: [&str; 6] = [
    "rate_limit_error",
    "rate_limit_exceeded",
    "tokens",
    "requests",
    "slow_down",
    "concurrentRequestsLimitExceeded",
];
const UNAVAILABLE_CODES: [&str; 5] = [
    "overloaded_error",
    "api_error",
    "server_error",
    "server_is_overloaded",
    "service_unavailable_error",
];
const TIMEOUT_CODES: [&str; 4] = ["timeout_error", "timeoutProvider", "timeout", "request_timeout"];
const REQUEST_CODES: [&str; 3] = ["invalid_request_error", "not_found_error", "model_not_found"];

/// The parts of an error body, wherever the provider put them.
#[derive(Debug, Default)]
struct Told {
    code: String,
    kind: String,
    message: String,
}

/// The failure that a status and a body stand for.
pub fn from_response(
    status: StatusCode,
    headers: &HeaderMap,
    body: &str,
    key: Option<&SecretString>,
) -> Failure {
    let told = serde_json::from_str(body).map(|value| Told::find(&value)).unwrap_or_default();
    let class = classify(Some(status), &told);
    let words = clean(&told.message, key);
    let message = match words.is_empty() {
        true => format!("{} ({})", summary(class), status.as_u16()),
        false => format!("{} ({}): {words}", summary(class), status.as_u16()),
    };
    Failure { class, message, retry_after: wait(headers) }
}

/// The failure that an error inside an answer tells: there is no status, the kind speaks alone.
pub fn from_event(error: &Value, key: Option<&SecretString>) -> Failure {
    let told = Told::read(error);
    let number =
        error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = number.and_then(|code| StatusCode::from_u16(code).ok());
    let class = classify(status, &told);
    let words = clean(&told.message, key);
    Failure::new(class, format!("{}: {words}", summary(class)).trim_end_matches(": "))
}

impl Told {
    /// In a body: OpenAI and Anthropic say `error`, Runware `errors`, some say it at the top.
    fn find(body: &Value) -> Self {
        let first = body.get("errors").and_then(|errors| errors.get(0));
        let error = body.get("error").filter(|error| !error.is_null());
        Self::read(error.or(first).unwrap_or(body))
    }

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

/// What needs a person or another model comes first, and codes before statuses: providers agree
/// less on the latter (a used-up budget is 400, 402, 403 or 429).
fn classify(status: Option<StatusCode>, told: &Told) -> FailureClass {
    let code = status.map_or(0, |status| status.as_u16());
    let may_be_ours = code == 0 || (400..500).contains(&code);
    if code == 402 || told.names(&QUOTA_CODES) || (may_be_ours && told.says(&QUOTA_WORDS)) {
        return FailureClass::Quota;
    }
    let is_too_long = may_be_ours && !matches!(code, 401 | 403 | 429) && told.says(&CONTEXT_WORDS);
    if code == 413 || told.names(&CONTEXT_CODES) || is_too_long {
        return FailureClass::ContextLength;
    }
    let is_filtered = matches!(code, 0 | 400 | 422) && told.says(&FILTER_WORDS);
    if told.names(&FILTER_CODES) || is_filtered {
        return FailureClass::ContentFilter;
    }
    match code {
        401 | 403 => FailureClass::Unauthorized,
        429 => FailureClass::RateLimited,
        408 | 504 => FailureClass::Timeout,
        500..=599 if told.names(&TIMEOUT_CODES) => FailureClass::Timeout,
        500..=599 => FailureClass::Unavailable,
        0 => by_code(told).unwrap_or(FailureClass::Unavailable),
        _ => by_code(told).unwrap_or(FailureClass::InvalidRequest),
    }
}

/// Where the status says nothing, or only that something was refused.
fn by_code(told: &Told) -> Option<FailureClass> {
    let classes = [
        (&KEY_CODES[..], FailureClass::Unauthorized),
        (&RATE_CODES, FailureClass::RateLimited),
        (&TIMEOUT_CODES, FailureClass::Timeout),
        (&UNAVAILABLE_CODES, FailureClass::Unavailable),
        (&REQUEST_CODES, FailureClass::InvalidRequest),
    ];
    classes.into_iter().find(|(codes, _)| told.names(codes)).map(|(_, class)| class)
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

#[cfg(test)]
mod tests {
    use super::*;
    use FailureClass::{
        ContentFilter, ContextLength, InvalidRequest, Quota, RateLimited, Timeout, Unauthorized,
        Unavailable,
    };

    fn class(status: u16, body: &str) -> FailureClass {
        let status = StatusCode::from_u16(status).unwrap();
        from_response(status, &HeaderMap::new(), body, None).class
    }

    #[test]
    fn body_that_is_no_json_is_classed_by_its_status() {
        for (status, expected) in [
            (500, Unavailable),
            (503, Unavailable),
            (529, Unavailable),
            (504, Timeout),
            (408, Timeout),
            (429, RateLimited),
            (402, Quota),
            (401, Unauthorized),
            (403, Unauthorized),
            (413, ContextLength),
            (404, InvalidRequest),
            (302, InvalidRequest),
        ] {
            assert_eq!(class(status, "<html>"), expected, "{status}");
        }
    }

    #[test]
    fn refusals_of_openai_have_their_classes() {
        let body = |kind: &str, code: &str, message: &str| {
            serde_json::json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
                .to_string()
        };
        for (status, kind, code, message, expected) in [
            (429, "requests", "rate_limit_exceeded", "Rate limit reached", RateLimited),
            (429, "insufficient_quota", "insufficient_quota", "You exceeded", Quota),
            (429, "rate_limit_error", "slow_down", "", RateLimited),
            (400, "invalid_request_error", "billing_hard_limit_reached", "", Quota),
            (400, "budget", "400", "Budget has been exceeded! Current cost: 5", Quota),
            (403, "x", "x", "Insufficient balance", Quota),
            (401, "invalid_request_error", "invalid_api_key", "Incorrect API key", Unauthorized),
            (403, "x", "unsupported_country_region_territory", "Country", Unauthorized),
            (404, "invalid_request_error", "model_not_found", "no such model", InvalidRequest),
            (400, "invalid_request_error", "context_length_exceeded", "", ContextLength),
            (400, "x", "", "This model's maximum context length is 8192 tokens", ContextLength),
            (400, "image_generation_user_error", "moderation_blocked", "", ContentFilter),
            (
                400,
                "x",
                "",
                "Your request was rejected as a result of our safety system.",
                ContentFilter,
            ),
            (400, "invalid_request_error", "invalid_value", "Bad size", InvalidRequest),
            (503, "service_unavailable_error", "server_is_overloaded", "", Unavailable),
            (500, "server_error", "", "our context window broke", Unavailable),
        ] {
            assert_eq!(
                class(status, &body(kind, code, message)),
                expected,
                "{status} {code} {message}"
            );
        }
    }

    #[test]
    fn refusals_of_anthropic_have_their_classes() {
        let body = |kind: &str, message: &str| {
            serde_json::json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"})
                .to_string()
        };
        for (status, kind, message, expected) in [
            (
                400,
                "invalid_request_error",
                "prompt is too long: 210000 tokens > 200000 maximum",
                ContextLength,
            ),
            (
                400,
                "invalid_request_error",
                "Your credit balance is too low to access the Claude API.",
                Quota,
            ),
            (
                400,
                "invalid_request_error",
                "You have reached your specified API usage limits.",
                Quota,
            ),
            (400, "invalid_request_error", "max_tokens: Field required", InvalidRequest),
            (401, "authentication_error", "invalid x-api-key", Unauthorized),
            (402, "billing_error", "Check your billing", Quota),
            (403, "permission_error", "no permission", Unauthorized),
            (404, "not_found_error", "model: claude-0", InvalidRequest),
            (413, "request_too_large", "Request exceeds the maximum size", ContextLength),
            (429, "rate_limit_error", "Number of request tokens has exceeded", RateLimited),
            (500, "api_error", "Internal server error", Unavailable),
            (504, "timeout_error", "took too long", Timeout),
            (529, "overloaded_error", "Overloaded", Unavailable),
        ] {
            assert_eq!(class(status, &body(kind, message)), expected, "{status} {kind} {message}");
        }
    }

    #[test]
    fn errors_inside_an_answer_are_classed_by_their_kind() {
        for (error, expected) in [
            (serde_json::json!({"type": "overloaded_error", "message": "Overloaded"}), Unavailable),
            (serde_json::json!({"type": "rate_limit_error", "message": ""}), RateLimited),
            (serde_json::json!({"type": "authentication_error", "message": ""}), Unauthorized),
            (
                serde_json::json!({"type": "invalid_request_error", "message": "Wrong"}),
                InvalidRequest,
            ),
            (serde_json::json!({"type": "insufficient_quota", "message": ""}), Quota),
            (serde_json::json!({"message": "Provider returned error", "code": 502}), Unavailable),
            (serde_json::json!({"message": "slow", "code": 429}), RateLimited),
            (serde_json::json!({"code": "timeoutProvider", "message": ""}), Timeout),
            (serde_json::json!("out of luck"), Unavailable),
        ] {
            assert_eq!(from_event(&error, None).class, expected, "{error}");
        }
    }

    #[test]
    fn providers_words_are_kept_and_its_keys_are_not() {
        let body =
            r#"{"errors":[{"code":"invalidApiKey","message":"Bad key my-own-key, see docs"}]}"#;
        let key = "my-own-key".to_owned().into();
        let failure = from_response(StatusCode::BAD_REQUEST, &HeaderMap::new(), body, Some(&key));
        assert_eq!(failure.class, Unauthorized);
        assert!(failure.message.ends_with("(400): Bad key [key], see docs"), "{}", failure.message);
    }
}
