//! The public API as a client sees it: tokens, repetition with idempotency keys, patience.

use crate::port::OsEntropy;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use igny8_protocol_wire::rest::auth::{Login, Session, SignUp};
use igny8_protocol_wire::rest::page::Page;
use igny8_protocol_wire::rest::problem::Problem;
use parking_lot::Mutex;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::{Duration, Instant};

/// A request that takes longer is repeated: an import of 32 MiB takes seconds.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// A server that answers "busy" is asked again for so long at the least.
const BUSY_PATIENCE: Duration = Duration::from_secs(30);
/// Between two attempts at a server that does not answer.
const PAUSE: Duration = Duration::from_millis(100);
/// What a page may hold.
const PAGE_LIMIT: usize = 200;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    /// Nobody answers.
    #[error(
        "the server at {server} does not answer: {reason}. Is it running, and is this its address?"
    )]
    Unreachable { server: String, reason: String },
    /// The server said no.
    #[error("{detail} ({status}, {code})")]
    Refused { status: StatusCode, code: String, detail: String },
    /// The answer is not what this version understands.
    #[error("the server's answer to {path} cannot be read: {reason}")]
    Unreadable { path: String, reason: String },
}

/// What is sent.
#[derive(Clone)]
pub(super) enum Body {
    None,
    Json(Bytes),
    File(Bytes),
}

impl Body {
    pub(super) fn json(value: &impl Serialize) -> Self {
        Self::Json(serde_json::to_vec(value).expect("bodies are plain data").into())
    }
}

/// A fresh workspace on a server, and the way to it.
pub(super) struct Api {
    http: reqwest::Client,
    server: String,
    patience: Duration,
    login: Login,
    /// Of the person, and of their workspace.
    name: String,
    token: Mutex<String>,
}

/// A key that nobody else draws.
fn random(bytes: [u8; 16]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// One attempt's failure.
enum Failed {
    /// Worth another attempt, at the earliest after a pause.
    Again(ApiError, Duration, bool),
    For(ApiError),
}

impl Api {
    /// Makes a fresh account with a tenant of its own.
    pub(super) async fn sign_up(server: &str, patience: Duration) -> Result<Self, ApiError> {
        let started = Instant::now();
        loop {
            // A new address each time: what became of a lost attempt need not be known.
            let email = format!("demo-{}@example.com", random(OsEntropy::bytes()).to_lowercase());
            let api = Self::known(server, &email, &random(OsEntropy::bytes()), "Demo", patience)?;
            match api.attempt_sign_up().await {
                Ok(()) => return Ok(api),
                Err(Failed::Again(error, pause, is_busy)) => {
                    api.pause(started, error, pause, is_busy).await?;
                }
                Err(Failed::For(error)) => return Err(error),
            }
        }
    }

    /// The way to a server as somebody who may not have an account there yet.
    pub(super) fn known(
        server: &str,
        email: &str,
        password: &str,
        name: &str,
        patience: Duration,
    ) -> Result<Self, ApiError> {
        let server = server.trim_end_matches('/').to_owned();
        let http = reqwest::Client::builder().timeout(REQUEST_TIMEOUT).build();
        let http = http.map_err(|error| {
            let server = server.clone();
            ApiError::Unreachable { server, reason: error.to_string() }
        })?;
        let (email, password) = (email.to_owned(), password.to_owned());
        let login = Login { email, password, cookie: false };
        Ok(Self { http, server, patience, login, name: name.to_owned(), token: Mutex::default() })
    }

    /// Logs in; an account that is not there is made.
    pub(super) async fn enter(&self) -> Result<(), ApiError> {
        let error = |failed| match failed {
            Failed::Again(error, ..) | Failed::For(error) => error,
        };
        match self.log_in().await.map_err(error) {
            Err(ApiError::Refused { status: StatusCode::UNAUTHORIZED, .. }) => {}
            answer => return answer,
        }
        match self.attempt_sign_up().await.map_err(error) {
            // Somebody else was quicker.
            Err(ApiError::Refused { status: StatusCode::CONFLICT, .. }) => {
                self.log_in().await.map_err(error)
            }
            answer => answer,
        }
    }

    async fn attempt_sign_up(&self) -> Result<(), Failed> {
        let body = SignUp {
            email: self.login.email.clone(),
            password: self.login.password.clone(),
            name: self.name.clone(),
            tenant_name: self.name.clone(),
            cookie: false,
        };
        let body = Body::json(&body);
        let bytes = self.attempt(&Method::POST, "/api/auth/sign-up", &body, None).await?;
        let session: Session = read("/api/auth/sign-up", &bytes).map_err(Failed::For)?;
        *self.token.lock() = session.access_token;
        Ok(())
    }

    async fn log_in(&self) -> Result<(), Failed> {
        let body = Body::json(&self.login);
        let bytes = self.attempt(&Method::POST, "/api/auth/login", &body, None).await?;
        let session: Session = read("/api/auth/login", &bytes).map_err(Failed::For)?;
        *self.token.lock() = session.access_token;
        Ok(())
    }

    /// Reads.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        read(path, &self.send(Method::GET, path, Body::None).await?)
    }

    /// Reads bytes as they are.
    pub(super) async fn bytes(&self, path: &str) -> Result<Bytes, ApiError> {
        self.send(Method::GET, path, Body::None).await
    }

    /// All items of a list.
    pub(super) async fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ApiError> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = format!("{path}?limit={PAGE_LIMIT}&cursor={cursor}");
            let page: Page<T> = self.get(&page).await?;
            items.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = next,
                None => return Ok(items),
            }
        }
    }

    /// Asks for a change; it counts once however often it is sent.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Body,
    ) -> Result<T, ApiError> {
        read(path, &self.send(Method::POST, path, body).await?)
    }

    /// Changes a thing's fields.
    pub(super) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        read(path, &self.send(Method::PATCH, path, Body::json(body)).await?)
    }

    /// Sends until there is an answer, a refusal, or no patience left.
    async fn send(&self, method: Method, path: &str, body: Body) -> Result<Bytes, ApiError> {
        let key = (method == Method::POST).then(|| random(OsEntropy::bytes()));
        let (started, mut is_renewed) = (Instant::now(), false);
        loop {
            let failed = match self.attempt(&method, path, &body, key.as_deref()).await {
                Ok(bytes) => return Ok(bytes),
                Err(Failed::For(ApiError::Refused {
                    status: StatusCode::UNAUTHORIZED, ..
                })) if !is_renewed => {
                    // Access tokens are short-lived.
                    match self.log_in().await {
                        Ok(()) => {
                            is_renewed = true;
                            continue;
                        }
                        Err(failed) => failed,
                    }
                }
                Err(failed) => failed,
            };
            match failed {
                Failed::For(error) => return Err(error),
                Failed::Again(error, pause, is_busy) => {
                    self.pause(started, error, pause, is_busy).await?;
                }
            }
        }
    }

    async fn pause(
        &self,
        started: Instant,
        error: ApiError,
        pause: Duration,
        is_busy: bool,
    ) -> Result<(), ApiError> {
        let patience = if is_busy { self.patience.max(BUSY_PATIENCE) } else { self.patience };
        if started.elapsed() + pause > patience {
            return Err(error);
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }

    async fn attempt(
        &self,
        method: &Method,
        path: &str,
        body: &Body,
        key: Option<&str>,
    ) -> Result<Bytes, Failed> {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.server));
        let token = self.token.lock().clone();
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        request = match body {
            Body::None => request,
            Body::Json(json) => request.header(CONTENT_TYPE, "application/json").body(json.clone()),
            Body::File(file) => request.header(CONTENT_TYPE, "text/csv").body(file.clone()),
        };
        let unreachable = |error: &reqwest::Error| {
            let reason = causes(error);
            let server = self.server.clone();
            Failed::Again(ApiError::Unreachable { server, reason }, PAUSE, false)
        };
        let response = request.send().await.map_err(|error| unreachable(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.map_err(|error| unreachable(&error))?;
        if status.is_success() {
            return Ok(bytes);
        }
        let error = refusal(status, &bytes);
        if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
            let told = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            let pause = told.map_or(PAUSE, Duration::from_secs).max(PAUSE);
            return Err(Failed::Again(error, pause, true));
        }
        Err(Failed::For(error))
    }
}

fn read<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes)
        .map_err(|error| ApiError::Unreadable { path: path.to_owned(), reason: error.to_string() })
}

fn refusal(status: StatusCode, bytes: &[u8]) -> ApiError {
    match serde_json::from_slice::<Problem>(bytes) {
        Ok(problem) => {
            let fields = problem.errors.iter().map(|field| format!(" {}", field.message));
            let detail = problem.detail.clone() + &fields.collect::<String>();
            ApiError::Refused { status, code: problem.code, detail }
        }
        Err(_) => ApiError::Refused {
            status,
            code: "unknown".to_owned(),
            detail: "this is not the answer of an IGNY8 server".to_owned(),
        },
    }
}

/// The innermost cause says what happened; reqwest's own words only that something did.
fn causes(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
