//! The highest rate: twice as much each time until it fails, then halvings in between. Each step has
//! a server of its own, so that none begins with what another left behind.

use super::Bench;
use super::crowd::{Crowd, Outcome};
use crate::peer::Peer;
use crate::report::Figure;
use crate::scenario::Size;
use anyhow::{Context, Result};

/// Edits a second of the first step.
const FIRST: f64 = 50.0;
/// A step is good up to here.
const P99_MAX_MS: f64 = 100.0;
/// No step beyond this: a million edits a second are more than the clients can write.
const LAST: f64 = 1e6;

impl Bench<'_> {
    pub(super) async fn ramp(&self, peer: Peer, size: Size) -> Result<Vec<Figure>> {
        let mut best: Option<Outcome> = None;
        let mut wanted = FIRST;
        let why = loop {
            match self.step(peer, size, wanted).await? {
                Ok(outcome) => best = Some(outcome),
                Err(why) => break why,
            }
            wanted *= 2.0;
            if wanted > LAST {
                break "the last step".to_owned();
            }
        };
        let mut best = best.with_context(|| format!("{FIRST} edits/s: {why}"))?;
        let mut bad = (wanted, why);
        for _ in 0..self.length.halvings {
            let between = (best.wanted * bad.0).sqrt();
            match self.step(peer, size, between).await? {
                Ok(outcome) => best = outcome,
                Err(why) => bad = (between, why),
            }
        }
        let note = format!("then at {:.0} edits/s: {}", bad.0, bad.1);
        Ok(vec![
            Figure::new("deliveries/s", "", best.deliveries).because(note),
            Figure::new("edits/s", "", best.wanted),
            Figure::new("p99 at that rate", "ms", best.p99.unwrap_or_default()),
            Figure::new("CPU of the server's core at that rate", "%", best.cpu * 100.0),
            Figure::new("CPU of the clients' core at that rate", "%", best.cpu_of_clients * 100.0),
        ])
    }

    /// One rate; or why it was too high.
    async fn step(
        &self,
        peer: Peer,
        size: Size,
        wanted: f64,
    ) -> Result<std::result::Result<Outcome, String>> {
        let mut server = self.start(peer).await?;
        let addresses = server.documents(size.documents).await?;
        let mut crowd = Crowd::open(&addresses, size).await?;
        let (warm, measured) = (self.length.step / 3, self.length.step * 2 / 3);
        let times = (warm, measured, self.length.settle);
        let outcome = crowd.pace(&mut server, wanted, times).await?;
        let p99 = outcome.p99.unwrap_or(f64::INFINITY);
        eprintln!(
            "    {wanted:.0} edits/s: {:.0} deliveries/s, p99 {p99:.1} ms, {:.0} % and {:.0} % CPU{}",
            outcome.deliveries,
            outcome.cpu * 100.0,
            outcome.cpu_of_clients * 100.0,
            outcome.trouble.as_ref().map(|trouble| format!(", {trouble}")).unwrap_or_default()
        );
        Ok(match outcome.trouble.clone() {
            Some(trouble) => Err(trouble),
            None if p99 > P99_MAX_MS => Err(format!("p99 {p99:.0} ms")),
            None => Ok(outcome),
        })
    }
}
