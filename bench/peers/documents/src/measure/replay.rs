//! A long editing session as fast as the socket takes it, and the document afterwards. Meanwhile two
//! others type in a document of their own.

use super::Bench;
use super::crowd::Crowd;
use crate::client::document::text_of;
use crate::client::socket::{Address, BUFFER_LARGE, Receiver, Sender, Socket};
use crate::peer::Peer;
use crate::protocol::trace::{AUTHOR, Trace};
use crate::protocol::update::advances;
use crate::report::Figure;
use crate::scenario::Size;
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use futures::SinkExt;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;

/// How often the document is opened; the middle one counts.
const OPENINGS: usize = 5;
/// The others type so many characters a second.
const OTHERS_PER_SECOND: f64 = 100.0;

impl Bench<'_> {
    pub(super) async fn replay(&self, peer: Peer) -> Result<Vec<Figure>> {
        let trace = Trace::make(self.length.smaller);
        let mut server = self.start(peer).await?;
        let documents = server.documents(2).await?;
        let size = Size { clients: 2, writers: 1, ..Size::ONE };
        let mut others = Crowd::open(&documents[1..], size).await?;
        let (sender, own) = Socket::open(&documents[0], BUFFER_LARGE).await?.split();
        let reader = Socket::open(&documents[0], BUFFER_LARGE).await?.listen();
        let messages: Vec<Bytes> =
            trace.updates.iter().map(|update| documents[0].envelope.update(update)).collect();
        let arrived = Rc::new(Arrived::default());
        let mut tasks = JoinSet::new();
        // Some servers send a client its own edits back: somebody must read them.
        tasks.spawn_local(drain(own));
        tasks.spawn_local(send(sender, messages));
        let from = Instant::now();
        let all = receive(reader, trace.typed, Rc::clone(&arrived));
        // They do not end before it does.
        let typing_time = self.length.replay + self.length.settle;
        let typing = others.pace(
            &mut server,
            OTHERS_PER_SECOND,
            (Duration::ZERO, typing_time, self.length.settle),
        );
        let updates = tokio::select! {
            updates = timeout(self.length.replay, all) => updates,
            typed = typing => bail!("the others ended first: {:?}", typed?.trouble),
        };
        let meanwhile = others.waited(self.length.settle).await?;
        let count = trace.updates.len() as f64;
        let left_out = arrived.left_out.get();
        let (updates, until) = match updates {
            Ok(received) => received?,
            Err(_) => {
                let clock = arrived.clock.get();
                let share = (clock - left_out) as f64 / trace.typed as f64;
                let limit = self.length.replay.as_secs_f64();
                let typed = trace.typed;
                let note = format!(
                    "not done in {limit:.0} s: at character {clock} of {typed}, {left_out} left out"
                );
                let rate = Figure::new("updates/s", "", share * count / limit).because(note);
                return Ok(vec![rate, meanwhile]);
            }
        };
        let time = (until - from).as_secs_f64();
        let mut rate = Figure::new("updates/s", "", count / time);
        if left_out == 0 {
            ensure!(text_of(&updates)? == trace.text, "what was relayed is another text");
        } else {
            rate = rate.because(format!("{left_out} characters did not reach the other client"));
        }
        let mut figures = vec![rate, Figure::new("all of them", "s", time), meanwhile];
        if peer.holds_documents() {
            let mut times = Vec::new();
            for _ in 0..OPENINGS {
                times.push(open(&documents[0], &trace).await?);
            }
            times.sort_by(f64::total_cmp);
            figures.push(Figure::new("open it", "ms", times[OPENINGS / 2]));
        }
        if peer.stores() {
            let killed = Instant::now();
            server.restart(self.arguments, self.cores).await?;
            let started = killed.elapsed().as_secs_f64() * 1e3;
            figures.push(Figure::new("answers again after SIGKILL", "ms", started));
            let time = open(&documents[0], &trace).await?;
            figures.push(Figure::new("open it then", "ms", time));
        }
        Ok(figures)
    }
}

async fn send(mut sender: Sender, messages: Vec<Bytes>) -> Result<()> {
    for message in messages {
        sender.feed(Message::Binary(message)).await?;
    }
    sender.flush().await?;
    // It stays until the run is over.
    std::future::pending().await
}

async fn drain(mut receiver: Receiver) -> Result<()> {
    loop {
        receiver.update().await?;
    }
}

/// How far the other client is.
#[derive(Default)]
struct Arrived {
    clock: Cell<u64>,
    /// Characters before that one which it never got.
    left_out: Cell<u64>,
}

/// Everything that arrives until the last character, which is the last update; and when it did.
async fn receive(
    mut receiver: Receiver,
    typed: u64,
    arrived: Rc<Arrived>,
) -> Result<(Vec<Bytes>, Instant)> {
    let mut updates = Vec::new();
    while arrived.clock.get() < typed {
        let update = receiver.update().await?;
        for advance in advances(&update).context("an update that cannot be read")? {
            ensure!(advance.author == AUTHOR, "an author whom nobody knows");
            let clock = arrived.clock.get();
            let left_out = advance.clocks.start.saturating_sub(clock);
            arrived.left_out.set(arrived.left_out.get() + left_out);
            arrived.clock.set(clock.max(advance.clocks.end));
        }
        updates.push(update);
    }
    Ok((updates, Instant::now()))
}

/// From the connection to the whole document, in milliseconds; it must be the trace's.
async fn open(address: &Address, trace: &Trace) -> Result<f64> {
    let from = Instant::now();
    let socket = Socket::open(address, BUFFER_LARGE).await?;
    let time = from.elapsed().as_secs_f64() * 1e3;
    ensure!(text_of(&[socket.state])? == trace.text, "the document opened is another one");
    Ok(time)
}
