//! An edit's way: from the frame of a person who types to the word that it is durable (R7).

use super::reference;
use crate::peer::Peer;
use crate::report::Figure;
use crate::socket::Socket;
use crate::statistic::Spread;
use crate::workspace::{Workspace, sound};
use anyhow::{Context, Result, bail};
use futures::future::try_join_all;
use igny8_protocol_ids::DocumentId;
use igny8_protocol_wire::frame::{ClientFrame, ServerFrame};
use igny8_protocol_wire::rest::writer::NewDocument;
use igny8_protocol_wire::stream::{StreamName, StreamSnapshot};
use igny8_protocol_wire::view::DocumentView;
use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use yrs::XmlTextRef;

/// What a person types between two frames.
const WORD: &str = "word ";
/// Everyone is ready before the first types.
const HEAD_START: Duration = Duration::from_millis(200);

/// Who types how much.
#[derive(Clone, Copy)]
pub(super) struct Typing {
    pub(super) clients: usize,
    /// Edits of each client.
    pub(super) per_second: u32,
    /// Edits that each client makes in all.
    pub(super) each: u32,
}

/// What a person saw.
struct Seen {
    times: Vec<Duration>,
    bytes: usize,
}

pub(super) async fn measure(
    scenario: &'static str,
    server: &str,
    typing: Typing,
    directory: &Path,
) -> Result<Vec<Figure>> {
    let mut workspace = Workspace::open(server).await?;
    let ping = reference::ping(&mut workspace.socket).await?;
    let new = NewDocument { title: "Typed by many".to_owned(), content: None, format: None };
    let document: DocumentView = workspace.api.post(&workspace.writer("documents"), &new).await?;
    let mut people = Vec::new();
    for _ in 0..typing.clients {
        people.push(Person::join(&workspace, document.id).await?);
    }
    let (start, period) = (Instant::now() + HEAD_START, Duration::from_secs(1) / typing.per_second);
    let typed = (0_u32..).zip(people).map(|(index, person)| {
        // Spread over the period: people do not press keys in step.
        let begin = start + period * index / u32::try_from(typing.clients).unwrap_or(u32::MAX);
        let work = tokio::spawn(person.type_on(begin, period, typing.each));
        async move { work.await? }
    });
    let seen: Vec<Seen> = try_join_all(typed).await?;
    let times: Vec<Duration> = seen.iter().flat_map(|one| one.times.iter().copied()).collect();
    let size = seen.iter().map(|one| one.bytes).sum::<usize>() / times.len().max(1);
    let directory = directory.to_owned();
    let bare = spawn_blocking(move || reference::synced_writes(&directory, size)).await??;
    let times = Spread::of_times(&times)?;
    let figure = |percent: usize| {
        let what = format!("edit to durable, p{percent} of {}", times.count());
        Figure::new(scenario, what, times.percentile(percent), "ms")
            .beside(
                format!("write + fdatasync of {size} bytes, p{percent}"),
                bare.percentile(percent),
            )
            .beside(format!("ping/pong, p{percent}"), ping.percentile(percent))
    };
    Ok(vec![figure(50), figure(99)])
}

/// A client with a paragraph of its own in the document.
struct Person {
    socket: Socket,
    document: DocumentId,
    peer: Peer,
    paragraph: XmlTextRef,
    /// The last edit.
    r#ref: u32,
    /// Edits that are not durable yet.
    open: VecDeque<(u32, Instant)>,
    seen: Seen,
}

impl Person {
    async fn join(workspace: &Workspace, document: DocumentId) -> Result<Self> {
        let mut socket = workspace.client().await?;
        let snapshot = socket.subscribe(StreamName::Document(document)).await?;
        let StreamSnapshot::Document { update, .. } = snapshot else {
            bail!("a document's stream begins with a document");
        };
        let peer = Peer::new();
        peer.apply(&update)?;
        let (paragraph, update) = peer.begin_paragraph()?;
        let (open, seen) = (VecDeque::new(), Seen { times: Vec::new(), bytes: 0 });
        let mut person = Self { socket, document, peer, paragraph, r#ref: 0, open, seen };
        person.send(update).await?;
        while !person.open.is_empty() {
            person.hear().await?;
        }
        // The paragraph's own edit came while others were still joining: it does not count.
        person.seen = Seen { times: Vec::new(), bytes: 0 };
        Ok(person)
    }

    /// Types on time, however long the answers take; ends when every edit is durable.
    async fn type_on(mut self, begin: Instant, period: Duration, edits: u32) -> Result<Seen> {
        let mut ticks = interval_at(begin, period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut left = edits;
        while left > 0 || !self.open.is_empty() {
            tokio::select! {
                frame = self.socket.next() => self.take(frame?)?,
                _ = ticks.tick(), if left > 0 => {
                    left -= 1;
                    let update = self.peer.type_into(&self.paragraph, WORD);
                    self.send(update).await?;
                }
            }
        }
        Ok(self.seen)
    }

    async fn send(&mut self, update: Vec<u8>) -> Result<()> {
        self.r#ref += 1;
        self.seen.bytes += update.len();
        self.open.push_back((self.r#ref, Instant::now()));
        let (document, r#ref) = (self.document, self.r#ref);
        self.socket.send(&ClientFrame::DocumentUpdate { document, r#ref, update }).await
    }

    async fn hear(&mut self) -> Result<()> {
        let frame = self.socket.next().await.context("an edit did not become durable")?;
        self.take(frame)
    }

    fn take(&mut self, frame: ServerFrame) -> Result<()> {
        let now = Instant::now();
        match sound(frame)? {
            ServerFrame::Durable { r#ref, .. } => {
                while let Some((_, sent)) = self.open.pop_front_if(|(open, _)| *open <= r#ref) {
                    self.seen.times.push(now.duration_since(sent));
                }
            }
            ServerFrame::DocumentUpdate { update, .. } => {
                self.peer.apply(&update)?;
            }
            _ => {}
        }
        Ok(())
    }
}
