//! One request and its answer: signed, bounded in time and size, never redirected.

use crate::address::{GuardedResolver, PrivateAddress, check_literal};
use crate::answer::Answer;
use crate::signature::Signed;
use bytes::Bytes;
use igny8_actors_ports::{Clock, Entropy, PublishError, SiteTarget};
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Response, Url};
use std::sync::Arc;
use std::time::Duration;

/// A conflict's answer holds the article as it is at the site: 8 MiB at most, as JSON.
const MAX_ANSWER: usize = 20 * 1024 * 1024;
/// A site that does not take the connection by then is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const NAMESPACE: &str = "/igny8/v1/";

/// What is asked of a site.
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Below the plugin's namespace.
    pub(crate) route: &'static str,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
    /// The value of `X-Igny8-Meta`.
    pub(crate) meta: Option<String>,
    /// From connecting to the last byte of the answer.
    pub(crate) timeout: Duration,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The address may not be called.
    Address(String),
    /// Nothing reached the site.
    NotSent(String),
    /// It was sent, or in part; what became of it is open.
    Unknown(String),
}

impl From<Failure> for PublishError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Address(reason) => Self::Address { reason },
            Failure::NotSent(reason) | Failure::Unknown(reason) => {
                Self::Unreachable { reason, retry_after: None }
            }
        }
    }
}

/// The two ways to address a REST route. The second works where permalinks are plain.
#[derive(Clone, Copy)]
enum Form {
    Path,
    Query,
}

/// Sends calls to sites.
pub(crate) struct Exchange {
    client: Client,
    allow_private: bool,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Exchange {
    pub(crate) fn new(
        allow_private: bool,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(concat!("igny8/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would connect in our place, past the check of addresses.
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .dns_resolver(Arc::new(GuardedResolver { allow_private }))
            .build()?;
        Ok(Self { client, allow_private, clock, entropy })
    }

    /// Sends a call; with a target it is signed.
    pub(crate) async fn send(
        &self,
        base: &Url,
        call: &Call,
        signer: Option<&SiteTarget>,
    ) -> Result<Answer, Failure> {
        check_literal(base, self.allow_private).map_err(|e| Failure::Address(e.to_string()))?;
        let answer = self.send_as(Form::Path, base, call, signer).await?;
        // Where permalinks are plain, the web server itself answers that there is no such page.
        if answer.status == 404 && answer.json.is_none() {
            return self.send_as(Form::Query, base, call, signer).await;
        }
        Ok(answer)
    }

    async fn send_as(
        &self,
        form: Form,
        base: &Url,
        call: &Call,
        signer: Option<&SiteTarget>,
    ) -> Result<Answer, Failure> {
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        };
        if let Some(meta) = &call.meta {
            put("x-igny8-meta", meta);
        }
        if let Some(target) = signer {
            let timestamp = (self.clock.now().as_millis() / 1000).to_string();
            let nonce = self.nonce();
            let signed = Signed {
                method: call.method.as_str(),
                route: &format!("{NAMESPACE}{}", call.route),
                timestamp: &timestamp,
                nonce: &nonce,
                body: &call.body,
                meta: call.meta.as_deref(),
            };
            put("x-igny8-key", &target.key_id);
            put("x-igny8-timestamp", &timestamp);
            put("x-igny8-nonce", &nonce);
            put("x-igny8-signature", &signed.sign(&target.secret));
        }
        let request = self
            .client
            .request(call.method.clone(), address(form, base, call.route))
            .headers(headers)
            .header(CONTENT_TYPE, &call.content_type)
            .timeout(call.timeout)
            .body(call.body.clone());
        let response = request.send().await.map_err(classify)?;
        tracing::debug!(host = base.host_str(), route = call.route, status = %response.status(), "wordpress");
        read(response).await
    }

    /// 128 bits: a nonce counts once, for ever.
    fn nonce(&self) -> String {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        hex::encode(bytes)
    }
}

fn address(form: Form, base: &Url, route: &str) -> Url {
    let mut url = base.clone();
    let folder = base.path().trim_end_matches('/');
    match form {
        Form::Path => url.set_path(&format!("{folder}/wp-json{NAMESPACE}{route}")),
        Form::Query => {
            url.set_path(&format!("{folder}/"));
            url.set_query(Some(&format!("rest_route={NAMESPACE}{route}")));
        }
    }
    url
}

async fn read(mut response: Response) -> Result<Answer, Failure> {
    let status = response.status().as_u16();
    let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok());
    let retry_after = header(RETRY_AFTER).and_then(|v| v.parse().ok()).map(Duration::from_secs);
    let location = header(LOCATION).map(str::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(classify)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Failure::Unknown("its answer is too large".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    // Some sites put a byte order mark before everything they say.
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body);
    let json = serde_json::from_slice(text).ok().filter(serde_json::Value::is_object);
    Ok(Answer { status, retry_after, location, json })
}

fn classify(error: reqwest::Error) -> Failure {
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(source) = innermost.source() {
        if let Some(private) = source.downcast_ref::<PrivateAddress>() {
            return Failure::Address(private.to_string());
        }
        innermost = source;
    }
    let reason =
        if error.is_timeout() { "it takes too long".to_owned() } else { innermost.to_string() };
    if error.is_connect() || error.is_builder() {
        Failure::NotSent(reason)
    } else {
        Failure::Unknown(reason)
    }
}
