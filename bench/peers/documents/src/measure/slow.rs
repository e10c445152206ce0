//! One client stops reading: what the others feel of it, what becomes of it, and whether it has
//! everything once it is back.

use super::crowd::{Crowd, Outcome};
use super::{Bench, MIB};
use crate::client::document::{state_vector_of, text_of};
use crate::client::socket::{Address, BUFFER_LARGE, Receiver, Socket};
use crate::peer::Peer;
use crate::report::Figure;
use crate::scenario::Size;
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// A client to whom nothing came for so long has heard what there is for it.
const QUIET: Duration = Duration::from_secs(2);

/// What the system keeps for the client that does not read. By itself it grows to several MiB on a
/// line within one machine, which are a minute of edits.
const KEPT: u32 = 64 << 10;

/// The client that does not read.
struct Frozen {
    receiver: Receiver,
    updates: Vec<Bytes>,
}

/// What came of one run.
struct Run {
    others: Outcome,
    /// MiB that the server took at the most, beyond what it had when all were there.
    grown: f64,
    frozen: Option<Fate>,
}

/// What became of the client that did not read.
struct Fate {
    /// Why the server closed its socket, if it did.
    closed: Option<String>,
    /// 1 if it has everything when it is back; of a server that holds no document, nothing.
    converges: Option<f64>,
}

impl Bench<'_> {
    pub(super) async fn slow(&self, peer: Peer, size: Size, pace: u32) -> Result<Vec<Figure>> {
        let Run { others: without, grown: grown_without, .. } =
            self.beside(peer, size, pace, false).await?;
        let Run { others: with, grown: grown_with, frozen } =
            self.beside(peer, size, pace, true).await?;
        let p50 = |outcome: &Outcome| outcome.p50.context("nothing was measured");
        let p99 = |outcome: &Outcome| outcome.p99.context("nothing was measured");
        let Fate { closed, converges } = frozen.context("nobody was frozen")?;
        Ok(vec![
            Figure::new("p50 without", "ms", p50(&without)?),
            Figure::new("p99 without", "ms", p99(&without)?),
            Figure::new("p50 with", "ms", p50(&with)?),
            Figure::new("p99 with", "ms", p99(&with)?),
            Figure::new("p50, with / without", "", p50(&with)? / p50(&without)?),
            Figure::new("p99, with / without", "", p99(&with)? / p99(&without)?),
            Figure::new("most extra memory without", "MiB", grown_without),
            Figure::new("most extra memory with", "MiB", grown_with),
            Figure::new("closed the slow one", "", f64::from(closed.is_some()))
                .because(closed.unwrap_or_else(|| "it is still connected".to_owned())),
            Figure::of("it has everything when it is back", "", converges),
        ])
    }

    async fn beside(&self, peer: Peer, size: Size, pace: u32, is_frozen: bool) -> Result<Run> {
        let mut server = self.start(peer).await?;
        let addresses = server.documents(1).await?;
        let mut crowd = Crowd::open(&addresses, size).await?;
        let address = &addresses[0];
        let frozen = match is_frozen {
            true => Some(Frozen::open(address).await?),
            false => None,
        };
        let before = server.process.resident()?;
        server.process.forget_peak()?;
        let times = (self.length.warm, self.length.frozen, self.length.settle);
        let outcome = crowd.pace(&mut server, f64::from(pace), times).await?;
        let grown = server.process.peak()?.saturating_sub(before) as f64 / MIB;
        if let Some(trouble) = outcome.trouble {
            bail!("the others: {trouble}");
        }
        let Some(mut frozen) = frozen else {
            return Ok(Run { others: outcome, grown, frozen: None });
        };
        let closed = frozen.thaw().await;
        // Who holds no document has nothing for one who comes back.
        let converges = if peer.holds_documents() {
            let text = crowd.text();
            Some(f64::from(frozen.comes_back(address, &text, self.length.settle).await?))
        } else {
            None
        };
        Ok(Run { others: outcome, grown, frozen: Some(Fate { closed, converges }) })
    }
}

impl Frozen {
    async fn open(address: &Address) -> Result<Self> {
        let socket = Socket::open_narrow(address, BUFFER_LARGE, KEPT).await?;
        let updates = vec![socket.state.clone()];
        Ok(Self { receiver: socket.listen(), updates })
    }

    /// Reads again, to the end of what there is; why the server closed the socket, if it did.
    async fn thaw(&mut self) -> Option<String> {
        loop {
            match timeout(QUIET, self.receiver.update()).await {
                Ok(Ok(update)) => self.updates.push(update),
                Ok(Err(error)) => return Some(format!("{error:#}")),
                Err(_) => return None,
            }
        }
    }

    /// Comes back with what it has; true if it then has this text.
    async fn comes_back(mut self, address: &Address, text: &str, limit: Duration) -> Result<bool> {
        let has = state_vector_of(&self.updates)?;
        let socket = Socket::reopen(address, BUFFER_LARGE, &has).await?;
        self.updates.push(socket.state.clone());
        self.receiver = socket.listen();
        let until = Instant::now() + limit;
        // What is missing is no error here: it may come yet.
        while text_of(&self.updates).ok().as_deref() != Some(text) {
            match timeout_at(until, self.receiver.update()).await {
                Ok(update) => self.updates.push(update?),
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }
}
