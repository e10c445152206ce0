//! One edit after the other, on a server that does nothing else, until another client has it; in
//! turn with a bare write and sync. Where a server stores before it relays, this is its durable
//! acknowledgement; the others have none.

use super::Bench;
use super::crowd::Crowd;
use crate::client::histogram::Histogram;
use crate::peer::Peer;
use crate::report::Figure;
use crate::scenario::Size;
use anyhow::{Context, Result};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Before each edit and each sync, so that neither waits for what came before.
const REST: Duration = Duration::from_millis(10);
/// As long as an edit in a log.
const RECORD: [u8; 200] = [7; 200];

/// A file on the disk on which servers store.
pub(super) struct Disk {
    file: File,
    path: PathBuf,
    /// Of each write and sync.
    pub(super) times: Histogram,
}

impl Disk {
    pub(super) fn open(directory: &Path) -> Result<Self> {
        let path = directory.join("sync");
        Ok(Self { file: File::create(&path)?, path, times: Histogram::default() })
    }

    /// A bare write and sync, after a rest.
    pub(super) async fn sync(&mut self) -> Result<()> {
        sleep(REST).await;
        let from = Instant::now();
        self.file.write_all(&RECORD)?;
        self.file.sync_data()?;
        self.times.note(from.elapsed().as_micros() as u32);
        Ok(())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Bench<'_> {
    pub(super) async fn seen(&self, peer: Peer, edits: usize) -> Result<Vec<Figure>> {
        let server = self.start(peer).await?;
        let documents = server.documents(1).await?;
        let size = Size { clients: 2, writers: 1, ..Size::ONE };
        let mut crowd = Crowd::open(&documents, size).await?;
        let mut disk = Disk::open(&self.arguments.directory)?;
        for _ in 0..edits {
            disk.sync().await?;
            sleep(REST).await;
            crowd.one(self.length.settle).await?;
        }
        let syncs = &disk.times;
        let (p50, p99) = crowd.percentiles();
        Ok(vec![
            Figure::of("p50", "ms", p50),
            Figure::of("p99", "ms", p99),
            Figure::of("bare write and sync, p50", "ms", syncs.percentile(50)),
            Figure::new(
                "bare write and sync, p99",
                "ms",
                syncs.percentile(99).context("nothing was measured")?,
            ),
        ])
    }
}
