//! A local server that says what it is told, and misbehaves on demand. For the tests of all
//! adapters of AI providers; it speaks on loopback alone.

#![allow(clippy::unwrap_used, reason = "every function here is part of a test")]
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does once it has heard a request.
#[derive(Clone, Debug)]
pub(crate) enum Mood {
    /// Says this and closes.
    Say(Vec<u8>),
    /// Says this in pieces whose borders the seed draws, down to single bytes, and closes.
    Pieces(Vec<u8>, u64),
    /// Says this, byte by byte.
    Drip(Vec<u8>),
    /// Says this and falls silent, with the connection open. Ends when the client gives up.
    Hang(Vec<u8>),
    /// Says the first, then the second again and again until the client hangs up or this many
    /// bytes were sent.
    Flood(Vec<u8>, Vec<u8>, usize),
}

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// Such as `POST /v1/messages HTTP/1.1`.
    pub(crate) line: String,
    /// Names in small letters.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    /// Bytes that were sent as answer before the client hung up.
    pub(crate) sent_bytes: usize,
}

impl Heard {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A server for as many requests as there are moods, one after the other.
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    handle: JoinHandle<Vec<Heard>>,
}

impl Server {
    pub(crate) async fn start(moods: Vec<Mood>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let handle = tokio::spawn(async move {
            let mut all = Vec::new();
            for mood in moods {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut heard = hear(&mut socket).await;
                heard.sent_bytes = say(&mut socket, mood).await;
                all.push(heard);
            }
            all
        });
        Self { url, handle }
    }

    /// The requests, once all were heard.
    pub(crate) async fn heard(self) -> Vec<Heard> {
        self.handle.await.unwrap()
    }

    /// The only request.
    pub(crate) async fn heard_once(self) -> Heard {
        let mut all = self.heard().await;
        assert_eq!(all.len(), 1);
        all.remove(0)
    }
}

async fn hear(socket: &mut TcpStream) -> Heard {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = socket.read(&mut buffer).await.unwrap();
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert!(count > 0, "the client hung up before it had asked");
            continue;
        };
        let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
        let headers: BTreeMap<String, String> = headers
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        if body.len() >= length || count == 0 {
            let (line, body) = (line.to_owned(), body.to_owned());
            return Heard { line, headers, body, sent_bytes: 0 };
        }
    }
}

/// The client may have hung up already: many tests want just that.
async fn say(socket: &mut TcpStream, mood: Mood) -> usize {
    match mood {
        Mood::Say(bytes) => send(socket, &[&bytes]).await,
        Mood::Pieces(bytes, seed) => send(socket, &cut(&bytes, seed)).await,
        Mood::Drip(bytes) => send(socket, &bytes.chunks(1).collect::<Vec<_>>()).await,
        Mood::Hang(bytes) => {
            let sent = send(socket, &[&bytes]).await;
            let _ = socket.read(&mut [0]).await;
            sent
        }
        Mood::Flood(head, unit, bytes_max) => {
            let mut sent = send(socket, &[&head]).await;
            while sent < bytes_max && socket.write_all(&unit).await.is_ok() {
                sent += unit.len();
            }
            sent
        }
    }
}

async fn send(socket: &mut TcpStream, pieces: &[&[u8]]) -> usize {
    let mut sent = 0;
    for piece in pieces {
        if socket.write_all(piece).await.is_err() || socket.flush().await.is_err() {
            break;
        }
        sent += piece.len();
        tokio::task::yield_now().await;
    }
    sent
}

/// Pieces of 1 to 40 bytes; most events are cut, and most letters of several bytes, by some seed.
fn cut(mut bytes: &[u8], seed: u64) -> Vec<&[u8]> {
    let mut state = seed;
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        // Splitmix64: small, and the same everywhere.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let length = 1 + ((mixed ^ (mixed >> 27)) % 40) as usize;
        let (piece, rest) = bytes.split_at(length.min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

/// The answers of a file of recorded exchanges. Each begins with a line `### name`; heads get the
/// line ends of HTTP, and the connection is closed behind the body.
pub(crate) fn recorded(text: &str) -> BTreeMap<String, Vec<u8>> {
    let parts = text.split("### ").skip(1).map(|part| part.split_once('\n').unwrap());
    let answers = parts.map(|(name, answer)| {
        let (head, body) = answer.split_once("\n\n").unwrap_or((answer.trim_end(), ""));
        let head = head.replace('\n', "\r\n");
        let bytes = format!("{head}\r\nconnection: close\r\n\r\n{body}").into_bytes();
        (name.to_owned(), bytes)
    });
    answers.collect()
}

/// The head of an answer that streams events.
pub(crate) fn stream_head() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n".to_vec()
}
