//! What another client has seen, and a crash: the server is killed as soon as an edit has arrived and
//! started again with what it has stored; then somebody new looks whether it is there.

use super::Bench;
use crate::client::document::text_of;
use crate::client::socket::{BUFFER_SMALL, Socket};
use crate::peer::{Keeping, Peer, Server};
use crate::protocol::update::insertion;
use crate::report::Figure;
use anyhow::{Context, Result, bail};
use futures::SinkExt;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;

/// Who writes.
const AUTHOR: u64 = 1 << 30;
/// All of them have written what they keep by then: the slowest does so every ten seconds.
const KEPT: Duration = Duration::from_secs(15);
/// Somebody new waits so long for an edit: one server answers before it has read its store.
const LOOK: Duration = Duration::from_secs(2);

impl Bench<'_> {
    pub(super) async fn kill(&self, peer: Peer, rounds: usize) -> Result<Vec<Figure>> {
        if !peer.holds_documents() {
            bail!("it holds no documents");
        }
        let mut server = Server::start(peer, Keeping::InFiles, self.arguments, self.cores).await?;
        if !self.survives(&mut server, "control".to_owned(), KEPT).await? {
            bail!("it keeps nothing, however late it is killed");
        }
        let mut lost = 0;
        for round in 0..rounds {
            // A document of its own: what one round lost is no gap for the next.
            if !self.survives(&mut server, format!("kill-{round}"), Duration::ZERO).await? {
                lost += 1;
            }
        }
        Ok(vec![
            Figure::new("kills", "", rounds as f64),
            Figure::new("of them, the edit was lost", "", f64::from(lost)),
        ])
    }

    /// Whether an edit that was seen is there after a crash, so long after it was seen.
    async fn survives(&self, server: &mut Server, name: String, after: Duration) -> Result<bool> {
        let address = server.document(name).await?;
        let (mut writer, _hears) = Socket::open(&address, BUFFER_SMALL).await?.split();
        let mut reader = Socket::open(&address, BUFFER_SMALL).await?.listen();
        let edit = address.envelope.update(&insertion((AUTHOR, 0), None, None, b"a"));
        writer.send(Message::Binary(edit)).await?;
        loop {
            let seen = timeout(self.length.settle, reader.update()).await;
            if text_of(&[seen.context("the edit is not relayed")??])? == "a" {
                break;
            }
        }
        sleep(after).await;
        server.restart(self.arguments, self.cores).await?;
        let fresh = Socket::open(&address, BUFFER_SMALL).await?;
        let mut updates = vec![fresh.state.clone()];
        let mut hears = fresh.listen();
        let until = Instant::now() + LOOK;
        while text_of(&updates)? != "a" {
            match timeout_at(until, hears.update()).await {
                Ok(update) => updates.push(update?),
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }
}
