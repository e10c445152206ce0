//! The call up to the head of its answer.

use super::{OpenAiConfig, body, refusal};
use futures::StreamExt;
use igny8_actors_ports::{FailureClass, ModelError, ModelRequest};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Response, StatusCode};
use secrecy::SecretString;
use std::time::Duration;

/// Bytes of an error's body that are read.
const ERROR_BODY_BYTES_MAX: usize = 64 << 10;
/// A body of an error that does not arrive within this is not waited for.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends the request and waits for an answer that streams.
pub(super) async fn start(
    client: &reqwest::Client,
    endpoint: &reqwest::Url,
    config: &OpenAiConfig,
    request: &ModelRequest,
) -> Result<Response, ModelError> {
    let sending = client
        .post(endpoint.clone())
        .header(ACCEPT, "text/event-stream")
        .header("idempotency-key", header_safe(&request.idempotency_key))
        .json(&body::body(config, request))
        .send();
    let response = match tokio::time::timeout(request.idle_timeout, sending).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(unreachable(error, config.key.as_ref())),
        Err(_) => return Err(timed_out(request.idle_timeout)),
    };
    if streams(&response) {
        return Ok(response);
    }
    Err(refused(response, config.key.as_ref()).await)
}

fn streams(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    response.status() == StatusCode::OK
        && kind.is_none_or(|kind| kind.starts_with("text/event-stream"))
}

async fn refused(response: Response, key: Option<&SecretString>) -> ModelError {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = error_body(response).await;
    let is_error = !status.is_success() || body.contains("\"error\"");
    if is_error {
        // Some gateways tell errors with status 200.
        let status = if status.is_success() { StatusCode::BAD_GATEWAY } else { status };
        return refusal::from_response(status, &headers, &body, key);
    }
    ModelError {
        class: FailureClass::InvalidAnswer,
        message: "the provider's answer is not a stream: check the base URL in the settings"
            .to_owned(),
        retry_after: None,
    }
}

/// The first bytes of an error's body; what does not arrive is left out.
async fn error_body(response: Response) -> String {
    let mut bytes = Vec::new();
    let mut chunks = response.bytes_stream();
    let reading = async {
        while let Some(Ok(chunk)) = chunks.next().await {
            let room = ERROR_BODY_BYTES_MAX - bytes.len();
            bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if bytes.len() == ERROR_BODY_BYTES_MAX {
                break;
            }
        }
    };
    // A body that stalls is cut: its status says enough.
    let _ = tokio::time::timeout(ERROR_BODY_TIMEOUT, reading).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

fn unreachable(error: reqwest::Error, key: Option<&SecretString>) -> ModelError {
    let class = if error.is_timeout() && !error.is_connect() {
        FailureClass::Timeout
    } else if error.is_builder() {
        FailureClass::InvalidRequest
    } else {
        FailureClass::Unavailable
    };
    let message =
        format!("the provider cannot be reached: {}", refusal::clean(&root_cause(error), key));
    ModelError { class, message, retry_after: None }
}

/// The innermost reason ("connection refused"), without the address.
pub(super) fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

pub(super) fn timed_out(idle_timeout: Duration) -> ModelError {
    ModelError {
        class: FailureClass::Timeout,
        message: format!("the provider sent nothing for {} s", idle_timeout.as_secs_f32()),
        retry_after: None,
    }
}

/// Our keys are plain; anything else is made so rather than refused by the HTTP client.
fn header_safe(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_graphic() { c } else { '-' }).collect()
}
