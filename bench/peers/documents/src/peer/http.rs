//! As much HTTP as it takes to ask a server for the address of a document.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A request that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(30);

/// A way to a server's API.
#[derive(Clone)]
pub(crate) struct Http {
    /// The server.
    pub(crate) server: SocketAddr,
    /// For `Authorization: Bearer`.
    pub(crate) token: Option<String>,
}

impl Http {
    /// Sends JSON, reads JSON.
    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Result<Value> {
        let body = body.to_string();
        let length = body.len();
        let head = format!(
            "content-type: application/json\r\nidempotency-key: {key}\r\n\
             content-length: {length}\r\n"
        );
        self.ask("POST", path, &head, &body).await
    }

    /// Reads JSON.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.ask("GET", path, "", "").await
    }

    async fn ask(&self, method: &str, path: &str, head: &str, body: &str) -> Result<Value> {
        let answer = timeout(LIMIT, self.exchange(method, path, head, body)).await;
        let answer = answer.with_context(|| format!("{path}: no answer in {LIMIT:?}"))??;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer without an end")?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        ensure!(status.starts_with('2'), "{path} answers {status}: {body}");
        serde_json::from_str(body).with_context(|| format!("the answer to {path}"))
    }

    async fn exchange(&self, method: &str, path: &str, head: &str, body: &str) -> Result<String> {
        let mut stream = TcpStream::connect(self.server).await?;
        let token = self.token.as_ref().map(|token| format!("authorization: Bearer {token}\r\n"));
        let token = token.unwrap_or_default();
        // HTTP/1.0: the answer comes in one piece and ends with the connection.
        let request =
            format!("{method} {path} HTTP/1.0\r\nhost: {}\r\n{token}{head}\r\n{body}", self.server);
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}
