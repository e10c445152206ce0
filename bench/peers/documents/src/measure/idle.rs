//! What a connection costs on which nothing happens.

use super::Bench;
use super::crowd::Crowd;
use crate::peer::Peer;
use crate::report::Figure;
use crate::scenario::Size;
use anyhow::{Context, Result};
use std::fs;

/// Files that a process holds beside its sockets.
const OTHER_FILES: usize = 200;

impl Bench<'_> {
    pub(super) async fn idle(&self, peer: Peer, wanted: usize) -> Result<Vec<Figure>> {
        let count = wanted.min(files()?.saturating_sub(OTHER_FILES));
        let mut server = self.start(peer).await?;
        let addresses = server.documents(count).await?;
        let before = server.process.resident()?;
        let size = Size { documents: count, clients: 1, ..Size::ONE };
        let crowd = Crowd::open(&addresses, size).await?;
        let each = |resident: u64| resident.saturating_sub(before) as f64 / 1024.0 / count as f64;
        let loaded = each(server.process.resident()?);
        tokio::time::sleep(self.length.rest).await;
        server.process.check()?;
        crowd.is_well()?;
        let rested = each(server.process.resident()?);
        let rest = format!("each after {} s of rest", self.length.rest.as_secs());
        Ok(vec![
            Figure::new("connections", "", count as f64),
            Figure::new("each when all are there", "KiB", loaded),
            Figure::new(rest, "KiB", rested),
        ])
    }
}

/// How many files this process may hold, and so the server that it starts.
fn files() -> Result<usize> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()).context("no limit of files")?;
    Ok(soft.parse().unwrap_or(usize::MAX))
}
