//! Clients of documents: all receive, some write at an even pace.

use crate::client::document::text_of;
use crate::client::socket::{Address, BUFFER_LARGE, BUFFER_SMALL, Heard, Receiver, Sender, Socket};
use crate::client::tally::{Known, Tally};
use crate::peer::{Server, process};
use crate::protocol::wire::{self, Envelope};
use crate::report::Figure;
use crate::scenario::Size;
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use futures::{SinkExt, StreamExt, TryStreamExt};
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until};
use tokio_tungstenite::tungstenite::Message;

/// Sockets opened at the same time.
const OPENED_AT_ONCE: usize = 64;
/// More clients than this have small buffers.
const CLIENTS_FEW: usize = 1000;
/// A timer may be late by so much. What is later was held up by the socket, and counts from the
/// time it was due.
const SLACK: Duration = Duration::from_millis(5);
/// The first client with a caret; authors have lower ids.
const CARET_FIRST: usize = 1 << 31;
/// Carets move so often.
const CARETS_PER_SECOND: f64 = 1.0;
/// How often we look whether everything has arrived.
const LOOK: Duration = Duration::from_millis(2);

/// All clients of a run.
pub(super) struct Crowd {
    size: Size,
    tally: Rc<Tally>,
    writers: Vec<Writer>,
    /// Those who tell where their caret is.
    carets: Vec<Writer>,
    /// They end with this.
    readers: JoinSet<()>,
    /// What one client of the first document got.
    record: Rc<Record>,
}

#[derive(Default)]
struct Record {
    updates: RefCell<Vec<Bytes>>,
    /// Whose presence it heard of.
    present: RefCell<HashSet<u64>>,
}

struct Writer {
    author: usize,
    sender: Sender,
    envelope: Envelope,
}

/// What came of a pace.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Edits a second that were wanted.
    pub(super) wanted: f64,
    /// Deliveries a second, of the edits that were measured.
    pub(super) deliveries: f64,
    /// Milliseconds, half of the deliveries.
    pub(super) p50: Option<f64>,
    /// Milliseconds, 99 %.
    pub(super) p99: Option<f64>,
    /// Share of the server's core.
    pub(super) cpu: f64,
    /// Share of the clients' core.
    pub(super) cpu_of_clients: f64,
    /// Presence that each client heard of in a second.
    pub(super) presence: f64,
    /// How many the client heard of that is looked at.
    pub(super) present: usize,
    /// Why the pace was not kept, if it was not.
    pub(super) trouble: Option<String>,
}

impl Crowd {
    /// Opens all sockets of these documents.
    pub(super) async fn open(documents: &[Address], size: Size) -> Result<Self> {
        let tally = Tally::new(size.documents * size.writers, size.edit);
        let mut crowd = Self {
            size,
            tally,
            writers: Vec::new(),
            carets: Vec::new(),
            readers: JoinSet::new(),
            record: Rc::default(),
        };
        let is_few = size.documents * size.clients <= CLIENTS_FEW;
        let buffer = if is_few { BUFFER_LARGE } else { BUFFER_SMALL };
        let places = documents.iter().enumerate().flat_map(|(document, address)| {
            (0..size.clients).map(move |client| (document, client, address))
        });
        let opened = places.map(|(document, client, address)| async move {
            anyhow::Ok((document, client, address, Socket::open(address, buffer).await?))
        });
        let mut opened = futures::stream::iter(opened).buffer_unordered(OPENED_AT_ONCE);
        while let Some((document, client, address, socket)) = opened.try_next().await? {
            crowd.seat(document, client, address, socket);
        }
        drop(opened);
        Ok(crowd)
    }

    fn seat(&mut self, document: usize, client: usize, address: &Address, socket: Socket) {
        let authors = document * self.size.writers..(document + 1) * self.size.writers;
        let own = (client < self.size.writers).then_some(authors.start + client);
        let receiver = if own.is_some() || self.size.are_present {
            let (sender, receiver) = socket.split();
            let author = own.unwrap_or(CARET_FIRST + self.carets.len());
            let whose = if own.is_some() { &mut self.writers } else { &mut self.carets };
            whose.push(Writer { author, sender, envelope: address.envelope.clone() });
            receiver
        } else {
            socket.listen()
        };
        let is_recorded = document == 0 && client + 1 == self.size.clients;
        let record = is_recorded.then(|| Rc::clone(&self.record));
        let known = Known::nothing(authors, own);
        self.readers.spawn_local(read(receiver, known, Rc::clone(&self.tally), record));
    }

    /// Writes at an even pace, and waits until everything has arrived.
    pub(super) async fn pace(
        &mut self,
        server: &mut Server,
        per_second: f64,
        (warm, measured, settle): (Duration, Duration, Duration),
    ) -> Result<Outcome> {
        let start = Instant::now();
        let until = start + warm + measured;
        // Nothing counts before it is warm.
        self.tally.measure(Duration::ZERO);
        let mut writing = JoinSet::new();
        let each = per_second / self.writers.len() as f64;
        let count = self.writers.len();
        for (index, writer) in self.writers.drain(..).enumerate() {
            // One after the other, not all at the same time.
            let first = start + Duration::from_secs_f64(index as f64 / count as f64 / each);
            writing.spawn_local(write(writer, Rc::clone(&self.tally), first, each, until));
        }
        let (count, each) = (self.carets.len(), CARETS_PER_SECOND);
        for (index, caret) in self.carets.drain(..).enumerate() {
            let first = start + Duration::from_secs_f64(index as f64 / count as f64 / each);
            writing.spawn_local(show(caret, Rc::clone(&self.tally), first, until));
        }
        sleep(warm).await;
        self.tally.measure(measured);
        let own = || process::cpu(std::process::id());
        let (before, own_before, from) = (server.process.cpu()?, own()?, Instant::now());
        sleep_until(until).await;
        let share = |time: Duration| time.as_secs_f64() / from.elapsed().as_secs_f64();
        let (cpu, cpu_of_clients) =
            (share(server.process.cpu()? - before), share(own()? - own_before));
        let sent_in_time = self.tally.sent();
        let is_whole = self.settle(&mut writing, until + settle).await;
        server.process.check()?;
        let wanted_in_all = per_second * (warm + measured).as_secs_f64();
        let trouble = if let Some(failure) = self.tally.failure() {
            let ended = std::iter::from_fn(|| self.readers.try_join_next()).count();
            Some(format!("{ended} clients could not go on, the first since {failure}"))
        } else if self.tally.lost() > 0 {
            Some(format!("{} deliveries left out", self.tally.lost()))
        } else if (sent_in_time as f64) < 0.95 * wanted_in_all {
            Some(format!("{sent_in_time} of {wanted_in_all:.0} edits could be sent"))
        } else if !is_whole {
            Some(format!("{} deliveries outstanding", self.expected() - self.tally.delivered()))
        } else {
            self.check()?;
            None
        };
        let received = self.tally.presence() as f64 / self.size.clients as f64;
        Ok(Outcome {
            presence: received / measured.as_secs_f64(),
            present: self.record.present.borrow().len(),
            wanted: per_second,
            deliveries: self.tally.measured() as f64 / measured.as_secs_f64(),
            p50: self.tally.percentile(50),
            p99: self.tally.percentile(99),
            cpu,
            cpu_of_clients,
            trouble,
        })
    }

    /// Writes one character, and waits until all others have it.
    pub(super) async fn one(&mut self, limit: Duration) -> Result<()> {
        let writer = self.writers.first_mut().context("nobody writes")?;
        let update = self.tally.write(writer.author, Instant::now());
        writer.sender.send(Message::Binary(writer.envelope.update(&update))).await?;
        let arrival = self.arrival(Instant::now() + limit).await;
        self.is_well()?;
        ensure!(arrival, "an edit did not arrive in {limit:?}");
        Ok(())
    }

    /// The times of half and of 99 % of the deliveries, in milliseconds.
    pub(super) fn percentiles(&self) -> (Option<f64>, Option<f64>) {
        (self.tally.percentile(50), self.tally.percentile(99))
    }

    /// What 99 % of the deliveries took, once all have arrived or that took too long.
    pub(super) async fn waited(&self, limit: Duration) -> Result<Figure> {
        let has_arrived = self.arrival(Instant::now() + limit).await;
        self.is_well()?;
        let figure = Figure::of("p99 in another document meanwhile", "ms", self.percentiles().1);
        let outstanding = self.expected().saturating_sub(self.tally.delivered());
        let note = format!("{outstanding} edits have not arrived {limit:?} later");
        Ok(if has_arrived { figure } else { figure.because(note) })
    }

    /// An error if a client could not go on.
    pub(super) fn is_well(&self) -> Result<()> {
        match self.tally.failure() {
            Some(failure) => bail!("{failure}"),
            None => Ok(()),
        }
    }

    /// True if everything that was sent has arrived by then.
    async fn settle(&mut self, writing: &mut JoinSet<()>, until: Instant) -> bool {
        while !writing.is_empty() {
            tokio::select! {
                _ = writing.join_next() => {}
                () = sleep_until(until) => return false,
            }
        }
        self.arrival(until).await
    }

    async fn arrival(&self, until: Instant) -> bool {
        while self.tally.delivered() + self.tally.lost() < self.expected() {
            if Instant::now() > until || self.tally.failure().is_some() {
                return false;
            }
            sleep(LOOK).await;
        }
        true
    }

    fn expected(&self) -> u64 {
        self.tally.sent() * (self.size.clients as u64 - 1)
    }

    /// What was written in the first document.
    pub(super) fn text(&self) -> String {
        self.tally.text(0..self.size.writers)
    }

    /// What one client got is a document with the writers' text.
    fn check(&self) -> Result<()> {
        let text = text_of(&self.record.updates.borrow())?;
        let written = self.text();
        ensure!(text == written, "a client's document is not what was written");
        Ok(())
    }
}

async fn read(
    mut receiver: Receiver,
    mut known: Known,
    tally: Rc<Tally>,
    record: Option<Rc<Record>>,
) {
    loop {
        let heard = receiver.hear().await;
        if let Err(error) =
            heard.and_then(|heard| take(heard, &mut known, &tally, record.as_deref()))
        {
            return tally.fail(&error);
        }
    }
}

fn take(heard: Heard, known: &mut Known, tally: &Tally, record: Option<&Record>) -> Result<()> {
    match heard {
        Heard::Update(update) => {
            tally.receive(known, &update)?;
            if let Some(record) = record {
                record.updates.borrow_mut().push(update);
            }
        }
        Heard::Presence(presence) => {
            // How many it tells of comes first; the rest is read by one client alone.
            let count = wire::number(&mut &presence[..]).context("presence that is not whole")?;
            tally.hear(count);
            if let Some(record) = record {
                let clients = wire::present(&presence).context("presence that is not whole")?;
                record.present.borrow_mut().extend(clients);
            }
        }
    }
    Ok(())
}

/// Tells once a second where the caret is.
async fn show(mut caret: Writer, tally: Rc<Tally>, first: Instant, until: Instant) {
    let mut times = interval_at(first, Duration::from_secs_f64(1.0 / CARETS_PER_SECOND));
    // Who could not speak for a while does not make up for it.
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for clock in 1.. {
        if times.tick().await >= until {
            return;
        }
        let name = caret.author;
        let state = format!(
            r##"{{"user":{{"name":"Reader {name}","color":"#30bced"}},"cursor":{{"anchor":{clock},"head":{clock}}}}}"##
        );
        let message = caret.envelope.presence(caret.author as u64, clock, &state);
        if let Err(error) = caret.sender.send(Message::Binary(message)).await {
            return tally.fail(&error.into());
        }
    }
}

/// Each edit is a message of its own; those that are due at the same time go in one write.
async fn write(
    mut writer: Writer,
    tally: Rc<Tally>,
    first: Instant,
    per_second: f64,
    until: Instant,
) {
    let due_at = |number: u64| first + Duration::from_secs_f64(number as f64 / per_second);
    let mut number = 0;
    while due_at(number) < until {
        sleep_until(due_at(number)).await;
        let now = Instant::now();
        while due_at(number) <= now && due_at(number) < until {
            let is_late = now - due_at(number) > SLACK;
            let at = if is_late { due_at(number) } else { now };
            let update = writer.envelope.update(&tally.write(writer.author, at));
            if let Err(error) = writer.sender.feed(Message::Binary(update)).await {
                return tally.fail(&error.into());
            }
            number += 1;
        }
        if let Err(error) = writer.sender.flush().await {
            return tally.fail(&error.into());
        }
    }
}
