//! Many open a large document at once, while somebody goes on writing in it.

use super::{Bench, MIB};
use crate::client::document::text_of;
use crate::client::histogram::Histogram;
use crate::client::socket::{Address, BUFFER_LARGE, Receiver, Sender, Socket};
use crate::peer::{Peer, process};
use crate::protocol::update::{advances, insertion};
use crate::report::Figure;
use anyhow::{Context, Result, bail, ensure};
use futures::SinkExt;
use futures::future::try_join_all;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

/// Who makes the document.
const AUTHOR: u64 = 1 << 30;
/// Who writes in it meanwhile.
const AUTHOR_MEANWHILE: u64 = AUTHOR + 1;
/// Characters of an update: the servers' bounds are above it.
const PART: usize = 512 * 1000;
/// Between the edits meanwhile.
const REST: Duration = Duration::from_millis(50);
/// A server that takes longer for one thing does not do it.
const LIMIT: Duration = Duration::from_secs(60);

/// One who writes, and another who hears of it.
struct Pair {
    address: Address,
    sender: Sender,
    /// Reads what the writer hears: servers may send it its own edits.
    _hears: JoinSet<()>,
    reader: Receiver,
}

impl Bench<'_> {
    pub(super) async fn join(&self, peer: Peer, bytes: usize, count: usize) -> Result<Vec<Figure>> {
        if !peer.holds_documents() {
            bail!("it holds no documents");
        }
        let mut server = self.start(peer).await?;
        let address = server.document("join".to_owned()).await?;
        // Its makers stay: some servers forget a document that nobody has open.
        let (built, _makers) =
            build(&address, bytes).await.context("the document cannot be made")?;
        let is_over = Arc::new(AtomicBool::new(false));
        let meanwhile = write_meanwhile(address.clone(), Arc::clone(&is_over)).await?;
        let before = server.process.resident()?;
        server.process.forget_peak()?;
        let own = || process::cpu(std::process::id());
        let (cpu, cpu_own, from) = (server.process.cpu()?, own()?, Instant::now());
        let joined = try_join_all((0..count).map(|_| open(&address, bytes as u64))).await;
        let took = from.elapsed();
        let share = |time: Duration| time.as_secs_f64() / took.as_secs_f64() * 100.0;
        let (cpu, cpu_own) = (share(server.process.cpu()? - cpu), share(own()? - cpu_own));
        let peak = server.process.peak()?.saturating_sub(before);
        let kept = server.process.resident()?.saturating_sub(before);
        is_over.store(true, Ordering::Relaxed);
        server.process.check()?;
        let sockets = joined?;
        let edits = meanwhile.await?;
        drop(sockets);
        Ok(vec![
            Figure::new("the document is made after", "s", built.as_secs_f64()),
            Figure::new("all have it after", "s", took.as_secs_f64()),
            Figure::new("memory before", "MiB", before as f64 / MIB),
            Figure::new("most extra memory", "MiB", peak as f64 / MIB),
            Figure::new("extra memory when all have it", "MiB", kept as f64 / MIB),
            Figure::of("edits meanwhile, p50", "ms", edits.percentile(50)),
            Figure::of("edits meanwhile, slowest", "ms", edits.percentile(100)),
            Figure::new("CPU of the server's core", "%", cpu),
            Figure::new("CPU of the clients' core", "%", cpu_own),
        ])
    }
}

/// Makes the document, part by part; how long it took, and who have it open.
async fn build(address: &Address, bytes: usize) -> Result<(Duration, Pair)> {
    let mut pair = Pair::open(address).await?;
    let from = Instant::now();
    let mut clock = 0;
    while clock < bytes {
        let part = PART.min(bytes - clock);
        pair.write((AUTHOR, clock as u64), &vec![b'a'; part]).await?;
        clock += part;
    }
    let took = from.elapsed();
    // Once, the whole text.
    let state = Socket::open(address, BUFFER_LARGE).await?.state;
    let text = text_of(&[state])?;
    ensure!(text.len() == bytes, "of {bytes} bytes the document has {}", text.len());
    Ok((took, pair))
}

/// Opens the document, and is content with nothing less than all of it.
async fn open(address: &Address, bytes: u64) -> Result<Receiver> {
    let socket = Socket::open(address, BUFFER_LARGE).await?;
    let has = reach(&socket.state, AUTHOR)?;
    ensure!(has == bytes, "one who joined got {has} of {bytes} bytes");
    Ok(socket.listen())
}

/// How far an update goes of an author.
fn reach(update: &[u8], author: u64) -> Result<u64> {
    let advances = advances(update).context("an update that cannot be read")?;
    let clocks = advances.iter().filter(|advance| advance.author == author);
    Ok(clocks.map(|advance| advance.clocks.end).max().unwrap_or(0))
}

/// Writes, from a thread of its own, so that it does not wait for the clients who join; once it has
/// begun, what comes of it when it is over.
async fn write_meanwhile(
    address: Address,
    is_over: Arc<AtomicBool>,
) -> Result<impl Future<Output = Result<Histogram>>> {
    let (tell, begun) = tokio::sync::oneshot::channel();
    let (answer, times) = tokio::sync::oneshot::channel();
    thread::spawn(move || {
        let work = async {
            let mut pair = Pair::open(&address).await?;
            let _ = tell.send(());
            let mut times = Histogram::default();
            for clock in 0.. {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                let took = pair.write((AUTHOR_MEANWHILE, clock), b"b").await?;
                times.note(took.as_micros() as u32);
                sleep(REST).await;
            }
            Ok(times)
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let _ = answer.send(runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(work)));
    });
    // If it ended before it began, its answer says why.
    let _ = begun.await;
    Ok(async { times.await.context("nobody wrote meanwhile")? })
}

impl Pair {
    async fn open(address: &Address) -> Result<Self> {
        let (sender, mut own) = Socket::open(address, BUFFER_LARGE).await?.split();
        let mut hears = JoinSet::new();
        hears.spawn(async move { while own.update().await.is_ok() {} });
        let reader = Socket::open(address, BUFFER_LARGE).await?.listen();
        Ok(Self { address: address.clone(), sender, _hears: hears, reader })
    }

    /// Writes this behind what its author wrote before, until the other one has it; how long it took.
    async fn write(&mut self, (author, clock): (u64, u64), letters: &[u8]) -> Result<Duration> {
        let left = clock.checked_sub(1).map(|clock| (author, clock));
        let update = insertion((author, clock), left, None, letters);
        let from = Instant::now();
        let message = self.address.envelope.update(&update);
        self.sender.send(Message::Binary(message)).await?;
        let until = clock + letters.len() as u64;
        let arrives = async {
            while reach(&self.reader.update().await?, author)? < until {}
            anyhow::Ok(())
        };
        timeout(LIMIT, arrives).await.context("an edit did not arrive")??;
        Ok(from.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_reaches_as_far_as_its_authors_last_character() {
        let update = insertion((AUTHOR, 5), Some((AUTHOR, 4)), None, b"abc");
        assert_eq!(reach(&update, AUTHOR).unwrap(), 8);
        assert_eq!(reach(&update, AUTHOR_MEANWHILE).unwrap(), 0);
        assert!(reach(&update[..9], AUTHOR).is_err());
    }
}
