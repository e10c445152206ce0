//! The public API over HTTP, with a fresh account. It does not repeat what fails: a server that
//! refuses while it is measured is a result.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use igny8_protocol_ids::TenantId;
use igny8_protocol_wire::rest::auth::{Session, SignUp, Ticket};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// Beyond this a request has failed: the slowest, an import, should take a few seconds.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// A workspace on a server, and the way to it.
pub(crate) struct Api {
    http: Client,
    server: String,
    token: String,
    /// The workspace.
    pub(crate) tenant: TenantId,
}

impl Api {
    /// Makes an account with a workspace of its own.
    pub(crate) async fn sign_up(server: &str) -> Result<Self> {
        let server = server.trim_end_matches('/').to_owned();
        let http = Client::builder().timeout(REQUEST_LIMIT).build()?;
        let name = Uuid::new_v4().simple().to_string();
        let body = SignUp {
            email: format!("bench-{name}@example.com"),
            password: name,
            name: "Bench".to_owned(),
            tenant_name: "Bench".to_owned(),
            cookie: false,
        };
        let path = "/api/auth/sign-up";
        let session: Session =
            answer(path, http.post(format!("{server}{path}")).json(&body)).await?;
        let membership = session.memberships.first().context("sign-up gave no workspace")?;
        Ok(Self { http, server, token: session.access_token, tenant: membership.tenant.id })
    }

    /// Reads.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let request = self.http.get(self.address(path)).bearer_auth(&self.token);
        answer(path, request).await
    }

    /// Asks for a change.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        answer(path, self.change(path).json(body)).await
    }

    /// Sets.
    pub(crate) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        answer(path, self.http.put(self.address(path)).bearer_auth(&self.token).json(body)).await
    }

    /// Sends a keyword file.
    pub(crate) async fn file<T: DeserializeOwned>(&self, path: &str, file: Vec<u8>) -> Result<T> {
        answer(path, self.change(path).header(CONTENT_TYPE, "text/csv").body(file)).await
    }

    /// Asks for a change in words that were written before; what is answered is not read.
    pub(crate) async fn post_bytes(&self, path: &str, body: Bytes) -> Result<()> {
        let request = self.change(path).header(CONTENT_TYPE, "application/json").body(body);
        received(path, request).await.map(drop)
    }

    /// A counter of the server, over all its labels; 0 while it has not counted.
    pub(crate) async fn counter(&self, name: &str) -> Result<f64> {
        let text = received("/metrics", self.http.get(self.address("/metrics"))).await?;
        let text = String::from_utf8(text.into())?;
        let values = text.lines().filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let is_whole = rest.starts_with(' ') || rest.starts_with('{');
            rest.rsplit(' ').next().filter(|_| is_whole)?.parse::<f64>().ok()
        });
        Ok(values.sum())
    }

    /// The least that a request can do.
    pub(crate) async fn livez(&self) -> Result<()> {
        let response = self.http.get(self.address("/livez")).send().await?;
        ensure!(response.status().is_success(), "/livez answers {}", response.status());
        response.bytes().await?;
        Ok(())
    }

    /// Where the socket is, and a ticket for it.
    pub(crate) async fn ticket(&self) -> Result<(String, String)> {
        let body = json!({ "tenant": self.tenant });
        let ticket: Ticket = self.post("/api/auth/ticket", &body).await?;
        let address = self.address("/ws").replacen("http", "ws", 1);
        Ok((address, ticket.ticket))
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.server)
    }

    fn change(&self, path: &str) -> RequestBuilder {
        let request = self.http.post(self.address(path)).bearer_auth(&self.token);
        request.header("idempotency-key", Uuid::new_v4().simple().to_string())
    }
}

async fn answer<T: DeserializeOwned>(path: &str, request: RequestBuilder) -> Result<T> {
    let bytes = received(path, request).await?;
    serde_json::from_slice(&bytes).with_context(|| format!("the answer to {path}"))
}

async fn received(path: &str, request: RequestBuilder) -> Result<Bytes> {
    let response = request.send().await?;
    let status = response.status();
    let bytes = response.bytes().await?;
    ensure!(status.is_success(), "{path} answers {status}: {}", String::from_utf8_lossy(&bytes));
    Ok(bytes)
}
