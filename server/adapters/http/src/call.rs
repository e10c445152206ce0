//! A request up to the head of its answer, and bodies under bounds.

use crate::{Failure, clean, from_response};
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use igny8_actors_ports::FailureClass;
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::SecretString;
use std::time::Duration;
use tokio::time::Instant;

/// Bytes of an error's body that are read.
const ERROR_BODY_BYTES_MAX: usize = 64 << 10;
/// A body of an error that does not arrive within this is not waited for.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// A whole answer. Keep-alive comments count as life, so that the bound on silence alone would let
/// a stuck provider hold a task for ever.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30 * 60);

/// Bytes of an answer, or why they end.
pub type ByteStream = BoxStream<'static, Result<Bytes, Failure>>;

/// Sends a request and waits for the head of the answer.
pub async fn send(
    request: RequestBuilder,
    patience: Duration,
    key: Option<&SecretString>,
) -> Result<Response, Failure> {
    match tokio::time::timeout(patience, request.send()).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(unreachable(error, key)),
        Err(_) => Err(Failure::silent(patience)),
    }
}

/// The failure that a response stands for which is not the answer that was asked for.
pub async fn refused(response: Response, key: Option<&SecretString>) -> Failure {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = error_body(response).await;
    if !status.is_success() {
        return from_response(status, &headers, &body, key);
    }
    if body.contains("\"error\"") || body.contains("\"errors\"") {
        // Some gateways tell errors with status 200.
        return from_response(StatusCode::BAD_GATEWAY, &headers, &body, key);
    }
    Failure::invalid("the provider's answer has the wrong form: check the base URL in the settings")
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

/// A response's bytes under the bounds on silence and time. Ends after its first failure.
pub fn bounded(response: Response, idle: Duration, key: Option<SecretString>) -> ByteStream {
    let chunks = response
        .bytes_stream()
        .map(move |chunk| chunk.map_err(|error| clean(&root_cause(error), key.as_ref())));
    under_bounds(chunks, idle, ANSWER_TIME_MAX)
}

fn under_bounds(
    chunks: impl Stream<Item = Result<Bytes, String>> + Send + 'static,
    idle: Duration,
    time_max: Duration,
) -> ByteStream {
    let until = Instant::now() + time_max;
    futures::stream::unfold(Some(chunks.boxed()), move |chunks| async move {
        let mut chunks = chunks?;
        let left = until.saturating_duration_since(Instant::now());
        // Asked here too: a timeout does not fire while there is always another chunk.
        if left.is_zero() {
            return Some((Err(too_slow(time_max)), None));
        }
        match tokio::time::timeout(idle.min(left), chunks.next()).await {
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(chunks))),
            Ok(Some(Err(reason))) => Some((Err(Failure::broken(&reason)), None)),
            Ok(None) => None,
            Err(_) if left < idle => Some((Err(too_slow(time_max)), None)),
            Err(_) => Some((Err(Failure::silent(idle)), None)),
        }
    })
    .boxed()
}

fn too_slow(time_max: Duration) -> Failure {
    let message = format!("the answer takes longer than {} s", time_max.as_secs_f32());
    Failure::new(FailureClass::Timeout, message)
}

/// A whole body, of so many bytes at most.
pub async fn body(
    response: Response,
    bytes_max: usize,
    idle: Duration,
    key: Option<&SecretString>,
) -> Result<Vec<u8>, Failure> {
    let too_large = || Failure::invalid(format!("the answer has more than {bytes_max} bytes"));
    // What the head promises is not waited for if it is too much.
    if response.content_length().is_some_and(|length| length > bytes_max as u64) {
        return Err(too_large());
    }
    let mut chunks = bounded(response, idle, key.cloned());
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        if bytes.len() + chunk.len() > bytes_max {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn unreachable(error: reqwest::Error, key: Option<&SecretString>) -> Failure {
    let class = if error.is_timeout() && !error.is_connect() {
        FailureClass::Timeout
    } else if error.is_builder() {
        FailureClass::InvalidRequest
    } else {
        FailureClass::Unavailable
    };
    let reason = clean(&root_cause(error), key);
    Failure::new(class, format!("the provider cannot be reached: {reason}"))
}

/// The innermost reason ("connection refused"), without the address.
pub fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;

    const LONG: Duration = Duration::from_secs(3600);
    const SHORT: Duration = Duration::from_millis(20);

    async fn end(mut bytes: ByteStream) -> (usize, Failure) {
        let mut count = 0;
        loop {
            match bytes.next().await.expect("it ends with a failure") {
                Ok(chunk) => count += chunk.len(),
                Err(failure) => {
                    assert!(bytes.next().await.is_none(), "nothing follows a failure");
                    return (count, failure);
                }
            }
        }
    }

    #[tokio::test]
    async fn silence_ends_after_the_patience() {
        let begun = stream::iter([Ok(Bytes::from_static(b"abc"))]).chain(stream::pending());
        let (count, failure) = end(under_bounds(begun, SHORT, LONG)).await;
        assert_eq!((count, failure), (3, Failure::silent(SHORT)));
    }

    #[tokio::test]
    async fn flood_and_drip_that_never_end_are_ended() {
        let flood = stream::repeat(Ok(Bytes::from_static(b":")));
        assert_eq!(end(under_bounds(flood, LONG, SHORT)).await.1, too_slow(SHORT));
        let drip = stream::iter([Ok(Bytes::from_static(b":"))]).chain(stream::pending());
        assert_eq!(end(under_bounds(drip, LONG, SHORT)).await.1, too_slow(SHORT));
    }

    #[tokio::test]
    async fn cut_is_told_with_its_reason() {
        let cut = stream::iter([Err("connection reset".to_owned())]);
        let failure = end(under_bounds(cut, LONG, LONG)).await.1;
        assert_eq!(failure.class, FailureClass::BrokenStream);
        assert!(failure.message.ends_with("connection reset"));
    }
}
