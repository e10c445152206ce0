//! Many carets beside a few who write: what text feels of them.

use super::crowd::Crowd;
use super::seen::Disk;
use super::{Bench, MIB};
use crate::peer::Peer;
use crate::report::Figure;
use crate::scenario::Size;
use anyhow::Result;

/// Bare writes and syncs beforehand: enough for a 99th percentile, done in a few seconds.
const SYNCS: usize = 200;

impl Bench<'_> {
    pub(super) async fn presence(&self, peer: Peer, size: Size, pace: u32) -> Result<Vec<Figure>> {
        let mut disk = Disk::open(&self.arguments.directory)?;
        for _ in 0..SYNCS {
            disk.sync().await?;
        }
        let mut server = self.start(peer).await?;
        let addresses = server.documents(1).await?;
        let mut crowd = Crowd::open(&addresses, size).await?;
        let begin = server.process.resident()?;
        server.process.forget_peak()?;
        let times = (self.length.warm, self.length.measured, self.length.settle);
        let outcome = crowd.pace(&mut server, f64::from(pace), times).await?;
        let peak = server.process.peak()?;
        let p99 = Figure::of("p99 of text", "ms", outcome.p99);
        Ok(vec![
            Figure::of("p50 of text", "ms", outcome.p50),
            // Of what has arrived, where a server does not keep up.
            match outcome.trouble {
                Some(trouble) => p99.because(trouble),
                None => p99,
            },
            Figure::of("bare write and sync, p99", "ms", disk.times.percentile(99)),
            Figure::new("presence that a client hears of, each second", "", outcome.presence),
            Figure::new("of the carets, one client has seen", "", outcome.present as f64)
                .because(format!("there are {} others", size.clients - size.writers - 1)),
            Figure::new("CPU of the server's core", "%", outcome.cpu * 100.0),
            Figure::new("CPU of the clients' core", "%", outcome.cpu_of_clients * 100.0),
            Figure::new("memory when all are there", "MiB", begin as f64 / MIB),
            Figure::new("most memory", "MiB", peak as f64 / MIB),
        ])
    }
}
