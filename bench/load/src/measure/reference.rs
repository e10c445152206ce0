//! What stands beside the figures: round trips that do nothing, and bare writes.

use crate::api::Api;
use crate::socket::Socket;
use crate::statistic::Spread;
use anyhow::Result;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Enough for a 99th percentile that is not the worst of all.
const TRIPS: usize = 300;
/// Between two bare writes. Without it the loop measures the scheduler: on shared cores whoever
/// never waits is made to wait, and those with whom it is compared do wait.
const REST: Duration = Duration::from_millis(10);
/// The file reserves this, as the store's engine does, so that both extend files alike.
const RESERVE_BYTES: u64 = 64 * 1024 * 1024;

/// `GET /livez`, one after the other on one connection, in ms.
pub(super) async fn livez(api: &Api) -> Result<Spread> {
    let mut times = Vec::with_capacity(TRIPS);
    for _ in 0..TRIPS {
        let begin = Instant::now();
        api.livez().await?;
        times.push(begin.elapsed());
    }
    Spread::of_times(&times)
}

/// Ping and pong, one after the other on one socket, in ms.
pub(super) async fn ping(socket: &mut Socket) -> Result<Spread> {
    let mut times = Vec::with_capacity(TRIPS);
    for _ in 0..TRIPS {
        let begin = Instant::now();
        socket.ping().await?;
        times.push(begin.elapsed());
    }
    Spread::of_times(&times)
}

/// Records of so many bytes, each written and synced, with a rest between them, in ms. Blocks.
pub(super) fn synced_writes(directory: &Path, bytes: usize) -> Result<Spread> {
    let folder = tempfile::tempdir_in(directory)?;
    let mut file = File::create(folder.path().join("log"))?;
    file.set_len(RESERVE_BYTES)?;
    file.sync_all()?;
    let record = vec![7; bytes];
    let mut times = Vec::with_capacity(TRIPS);
    for _ in 0..TRIPS {
        std::thread::sleep(REST);
        let begin = Instant::now();
        file.write_all(&record)?;
        file.sync_data()?;
        times.push(begin.elapsed());
    }
    Spread::of_times(&times)
}

/// A file written and synced once, in seconds.
pub(super) fn synced_file(directory: &Path, content: &[u8]) -> Result<f64> {
    let folder = tempfile::tempdir_in(directory)?;
    let begin = Instant::now();
    let mut file = File::create(folder.path().join("file"))?;
    file.write_all(content)?;
    file.sync_data()?;
    Ok(begin.elapsed().as_secs_f64())
}
