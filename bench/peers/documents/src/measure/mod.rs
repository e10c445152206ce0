//! How each kind of work is done and measured.

mod crowd;
mod idle;
mod join;
mod kill;
mod presence;
mod ramp;
mod replay;
mod seen;
mod slow;

use crate::Arguments;
use crate::peer::process::Cores;
use crate::peer::{Keeping, Peer, Server};
use crate::report::Figure;
use crate::scenario::{Length, Size, Work};
use anyhow::{Context, Result, bail};
use crowd::Crowd;

const MIB: f64 = 1_048_576.0;

/// What measuring needs.
pub(crate) struct Bench<'a> {
    /// Where everything is.
    pub(crate) arguments: &'a Arguments,
    /// Who runs where.
    pub(crate) cores: Cores,
    /// How long it may take.
    pub(crate) length: &'a Length,
}

impl Bench<'_> {
    /// Does the work with a server of its own.
    pub(crate) async fn measure(&self, peer: Peer, work: Work) -> Result<Vec<Figure>> {
        match work {
            Work::Paced { crowd, per_second } => self.paced(peer, crowd, per_second).await,
            Work::Ramp { crowd } => self.ramp(peer, crowd).await,
            Work::Idle { connections } => self.idle(peer, connections / self.length.smaller).await,
            Work::Replay => self.replay(peer).await,
            Work::Seen { edits } => self.seen(peer, edits / self.length.smaller).await,
            Work::Kill { rounds } => {
                let wanted = self.arguments.kills.unwrap_or(rounds / self.length.fewer_kills);
                self.kill(peer, wanted).await
            }
            Work::Slow { crowd, per_second } => self.slow(peer, crowd, per_second).await,
            Work::Presence { present, writers, per_second } => {
                let clients = present / self.length.smaller + writers;
                let crowd = Size { clients, writers, are_present: true, ..Size::ONE };
                self.presence(peer, crowd, per_second).await
            }
            Work::Join { bytes, joiners } => {
                let smaller = self.length.smaller;
                self.join(peer, bytes / smaller, joiners / smaller).await
            }
        }
    }

    async fn start(&self, peer: Peer) -> Result<Server> {
        Server::start(peer, Keeping::AsItComes, self.arguments, self.cores).await
    }

    async fn paced(&self, peer: Peer, size: Size, per_second: u32) -> Result<Vec<Figure>> {
        // One document stays one; of many there are fewer, with as many edits in each.
        let documents = size.documents.div_ceil(self.length.smaller);
        let per_second = f64::from(per_second) * documents as f64 / size.documents as f64;
        let mut server = self.start(peer).await?;
        let addresses = server.documents(documents).await?;
        let mut crowd = Crowd::open(&addresses, Size { documents, ..size }).await?;
        let begin = server.process.resident()?;
        let times = (self.length.warm, self.length.measured, self.length.settle);
        let outcome = crowd.pace(&mut server, per_second, times).await?;
        let end = server.process.resident()?;
        if let Some(trouble) = outcome.trouble {
            bail!("{trouble}");
        }
        let milliseconds = |value: Option<f64>| value.context("nothing was measured");
        Ok(vec![
            Figure::new("p50", "ms", milliseconds(outcome.p50)?),
            Figure::new("p99", "ms", milliseconds(outcome.p99)?),
            Figure::new("CPU of the server's core", "%", outcome.cpu * 100.0),
            Figure::new("memory when all are there", "MiB", begin as f64 / MIB),
            Figure::new("memory at the end", "MiB", end as f64 / MIB),
        ])
    }
}
