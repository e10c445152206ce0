//! A client without a WebSocket, for tests.

use super::{Server, client::ticket};
use base64::{Engine, engine::general_purpose::STANDARD};
use igny8_protocol_ids::TenantId;
use igny8_protocol_wire::codec::{decode, encode};
use igny8_protocol_wire::frame::{ClientFrame, ServerFrame};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

/// A line: the answer that goes on, and what belongs to its requests.
pub struct Line {
    answer: Response,
    text: String,
    pub url: String,
    pub token: String,
    pub number: u64,
}

#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one at a time, on the stack of a test")]
pub enum Said {
    Session(String),
    Frame(ServerFrame),
    Closed(u16, String),
    /// The answer is over.
    Over,
}

/// The request that opens a line.
pub fn open(address: SocketAddr, ticket: &str) -> RequestBuilder {
    let url = format!("http://{address}/ws/fallback");
    Client::new().post(url).header("x-igny8-ticket", ticket)
}

/// Frames, each behind its length.
pub fn framed(frames: &[ClientFrame]) -> Vec<u8> {
    let framed = |frame: &ClientFrame| {
        let bytes = encode(frame).unwrap();
        [&(bytes.len() as u32).to_be_bytes()[..], &bytes].concat()
    };
    frames.iter().flat_map(framed).collect()
}

impl Line {
    /// A line that was opened with this ticket, and named.
    pub async fn dial(address: SocketAddr, ticket: &str, token: &str) -> Self {
        let answer = open(address, ticket).send().await.unwrap();
        assert_eq!(StatusCode::OK, answer.status());
        let (text, token, url) = (String::new(), token.to_owned(), String::new());
        let mut line = Self { answer, text, url, token, number: 0 };
        let Said::Session(name) = line.hear().await else { panic!("it has no name") };
        line.url = format!("http://{address}/ws/fallback/{name}");
        line
    }

    /// A line that was welcomed.
    pub async fn open(server: &Server, address: SocketAddr, token: &str, tenant: TenantId) -> Self {
        let ticket = ticket(server, token, tenant).await;
        let mut line = Self::dial(address, &ticket, token).await;
        line.send(&[ClientFrame::Hello {
            versions: vec![9, 1],
            client: "test".to_owned(),
            packed: false,
        }])
        .await;
        assert!(matches!(line.hear().await, Said::Frame(ServerFrame::Welcome { version: 1, .. })));
        line
    }

    pub fn answer(&self) -> &Response {
        &self.answer
    }

    /// The next event.
    pub async fn hear(&mut self) -> Said {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (said, rest) = (event_of(event), rest.to_owned());
                self.text = rest;
                match said {
                    Some(said) => return said,
                    None => continue,
                }
            }
            let chunk = timeout(PATIENCE, self.answer.chunk()).await.expect("in time");
            match chunk {
                Ok(Some(chunk)) => self.text.push_str(std::str::from_utf8(&chunk).unwrap()),
                Ok(None) | Err(_) => return Said::Over,
            }
        }
    }

    /// Skips frames until one fits.
    pub async fn until<T>(&mut self, fits: impl Fn(ServerFrame) -> Option<T>) -> T {
        loop {
            match self.hear().await {
                Said::Frame(frame) => {
                    if let Some(found) = fits(frame) {
                        return found;
                    }
                }
                other => panic!("{other:?} instead"),
            }
        }
    }

    /// Skips frames until the end, behind which the answer is over.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.hear().await {
                Said::Closed(code, reason) => {
                    assert!(reason.contains(": "), "{reason}");
                    assert!(matches!(self.hear().await, Said::Over), "it goes on");
                    return code;
                }
                Said::Over => return 1006,
                Said::Frame(_) | Said::Session(_) => {}
            }
        }
    }

    /// A request with this number, under a token: its status, and the code of a problem.
    pub async fn post(&self, token: Option<&str>, number: u64, body: Vec<u8>) -> (u16, String) {
        let ask = Client::new().post(&self.url).header("x-igny8-number", number).body(body);
        let ask = match token {
            Some(token) => ask.bearer_auth(token),
            None => ask,
        };
        told(ask.send().await.unwrap()).await
    }

    /// Sends frames in a request of their own.
    pub async fn send(&mut self, frames: &[ClientFrame]) {
        assert_eq!((204, String::new()), self.next(framed(frames)).await);
    }

    /// The next request, as it is.
    pub async fn next(&mut self, body: Vec<u8>) -> (u16, String) {
        self.number += 1;
        self.post(Some(&self.token), self.number, body).await
    }
}

/// Status, and code of a problem.
pub async fn told(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

fn event_of(event: &str) -> Option<Said> {
    if event == ":" {
        return None;
    }
    if let Some(data) = event.strip_prefix("data: ") {
        let bytes = STANDARD.decode(data).unwrap();
        return Some(Said::Frame(decode(&bytes).unwrap()));
    }
    let (kind, data) = event.split_once("\ndata: ").unwrap();
    Some(match kind {
        "event: session" => Said::Session(data.to_owned()),
        "event: close" => {
            let said: Value = serde_json::from_str(data).unwrap();
            let code = u16::try_from(said["code"].as_u64().unwrap()).unwrap();
            Said::Closed(code, said["reason"].as_str().unwrap().to_owned())
        }
        other => panic!("{other}"),
    })
}
