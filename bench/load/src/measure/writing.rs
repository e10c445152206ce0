//! Watching a draft being written, as a client does: it subscribes to the document and applies
//! every update.

use crate::peer::Peer;
use crate::socket::Socket;
use crate::workspace::{ended, sound};
use anyhow::{Context, Result, ensure};
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::frame::{ClientFrame, ServerFrame, SocketCommand};
use igny8_protocol_wire::stream::{StreamName, StreamSnapshot};
use igny8_protocol_wire::view::{TaskStatus, TaskView};
use std::time::Instant;

/// When a client saw what.
pub(super) struct Written {
    /// The first frame with text in it.
    pub(super) first: Instant,
    /// The last frame that brought anything.
    pub(super) last: Instant,
    /// How many frames brought something.
    pub(super) frames: usize,
}

/// A client that watches one draft.
pub(super) struct Watch<'a> {
    socket: &'a mut Socket,
    document: DocumentId,
    task: &'a TaskView,
    peer: Peer,
    first: Option<Instant>,
    last: Option<Instant>,
    frames: usize,
    is_ended: bool,
}

impl<'a> Watch<'a> {
    /// The socket must have heard the site's stream since before the draft was asked for.
    pub(super) fn new(socket: &'a mut Socket, task: &'a TaskView) -> Result<Self> {
        let document = task.document.context("a draft has a document from the start")?;
        let (peer, first, last) = (Peer::new(), None, None);
        Ok(Self { socket, document, task, peer, first, last, frames: 0, is_ended: false })
    }

    /// Subscribes and waits for the first text.
    pub(super) async fn first_text(&mut self) -> Result<Instant> {
        self.socket.ask(StreamName::Document(self.document)).await?;
        loop {
            let frame = sound(self.socket.next().await?)?;
            self.take(&frame)?;
            // At full speed the task may end before its text is here.
            self.is_ended |= self.status_after(&frame).is_some();
            if let Some(first) = self.first {
                return Ok(first);
            }
        }
    }

    /// Subscribes and watches until the draft is written and all of it is here.
    pub(super) async fn whole(mut self) -> Result<Written> {
        self.socket.ask(StreamName::Document(self.document)).await?;
        let mut is_joined = false;
        loop {
            let frame = sound(self.socket.next().await?)?;
            let was_over = is_joined && self.is_ended;
            is_joined |= self.take(&frame)?;
            if let Some(status) = self.status_after(&frame) {
                ensure!(status == TaskStatus::Succeeded, "a draft ended as {status:?}");
                self.is_ended = true;
            }
            if matches!(frame, ServerFrame::DocumentSynced { .. }) {
                let (first, last) = self.first.zip(self.last).context("the draft is empty")?;
                return Ok(Written { first, last, frames: self.frames });
            }
            if is_joined && self.is_ended && !was_over {
                // What the server has and this client has not is still on its way.
                let (document, state_vector) = (self.document, self.peer.state_vector());
                self.socket.send(&ClientFrame::DocumentSync { document, state_vector }).await?;
            }
        }
    }

    /// Stops the AI and waits until its task has ended, whether it was stopped or done already.
    pub(super) async fn stop(self, site: SiteId) -> Result<()> {
        let (r#ref, task) = (self.socket.reference(), self.task.id);
        let command = SocketCommand::StopRun { site, task };
        self.socket.send(&ClientFrame::Command { r#ref, command }).await?;
        let (mut is_answered, mut is_ended) = (false, self.is_ended);
        while !(is_answered && is_ended) {
            let frame = self.socket.next().await?;
            is_answered |= match &frame {
                ServerFrame::Done { r#ref: of, .. } => *of == r#ref,
                // It was done already: there is nothing to stop.
                ServerFrame::Problem { r#ref: of, .. } => *of == Some(r#ref),
                _ => false,
            };
            is_ended |= self.status_after(&frame).is_some();
        }
        let document = StreamName::Document(self.document);
        self.socket.send(&ClientFrame::Unsubscribe { stream: document }).await
    }

    /// Takes what a frame says of the document; true if it is the answer to the subscription.
    fn take(&mut self, frame: &ServerFrame) -> Result<bool> {
        let now = Instant::now();
        let (update, is_joined) = match frame {
            ServerFrame::Subscribed {
                snapshot: Some(StreamSnapshot::Document { update, .. }),
                ..
            } => (update, true),
            ServerFrame::DocumentUpdate { document, update, .. }
            | ServerFrame::DocumentSynced { document, update, .. }
                if *document == self.document =>
            {
                (update, false)
            }
            _ => return Ok(false),
        };
        if self.peer.apply(update)? {
            self.frames += 1;
            self.last = Some(now);
            if self.first.is_none() && self.peer.has_text() {
                self.first = Some(now);
            }
        }
        Ok(is_joined)
    }

    fn status_after(&self, frame: &ServerFrame) -> Option<TaskStatus> {
        let tasks = ended(frame);
        tasks.iter().find(|task| task.id == self.task.id).map(|task| task.status)
    }
}
