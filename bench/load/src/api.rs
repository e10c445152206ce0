//! The public API over HTTP, with a fresh account. It does not repeat what fails: a server that
//! refuses while it is measured is a result.

use anyhow::{Context, Result, ensure};
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

    /// Sends a keyword file.
    pub(crate) async fn file<T: DeserializeOwned>(&self, path: &str, file: Vec<u8>) -> Result<T> {
        answer(path, self.change(path).header(CONTENT_TYPE, "text/csv").body(file)).await
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
    let response = request.send().await?;
    let status = response.status();
    let bytes = response.bytes().await?;
    ensure!(status.is_success(), "{path} answers {status}: {}", String::from_utf8_lossy(&bytes));
    serde_json::from_slice(&bytes).with_context(|| format!("the answer to {path}"))
}
