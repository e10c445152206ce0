//! The streams that a socket hears: joining, leaving, and what a change of role does to them.

use super::bound::{AWARENESS_BYTES_MAX, STREAMS_MAX, UPDATE_BYTES_MAX};
use super::document::{self, Open};
use super::forward;
use super::line::Rank;
use super::session::Context;
use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::role::{Action, Role, allows};
use igny8_actors_runtime::Failure;
use igny8_protocol_ids::{DocumentId, Position};
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::stream::StreamName;
use std::collections::HashMap;
use tokio_util::task::AbortOnDropHandle;

enum Stream {
    /// A tenant's or a site's: forwarded by a task that ends with it.
    Events { _forward: AbortOnDropHandle<()> },
    /// A document's.
    Document(Box<Open>),
}

/// All streams of one socket.
pub(super) struct Streams {
    context: Context,
    open: HashMap<StreamName, Stream>,
}

impl Streams {
    pub(super) fn new(context: Context) -> Self {
        Self { context, open: HashMap::new() }
    }

    /// Joins a stream, or says why not. Asked for again, it begins anew.
    pub(super) async fn subscribe(
        &mut self,
        r#ref: u32,
        name: StreamName,
        position: Option<Position>,
        state_vector: Option<Vec<u8>>,
    ) {
        let is_new = !self.open.contains_key(&name);
        if is_new && self.open.len() >= STREAMS_MAX {
            let detail = format!("A socket hears {STREAMS_MAX} streams at most. Leave one first.");
            let problem = Problem::new(StatusCode::CONFLICT, "too_many_streams", detail);
            return self.context.refuse(Some(r#ref), &problem);
        }
        let Some(role) = self.context.role().filter(|role| allows(*role, Action::ReadContent))
        else {
            return self.context.refuse(Some(r#ref), &Problem::forbidden());
        };
        // The task of before must not speak between the new answer and its events.
        self.open.remove(&name);
        let joined = match name {
            StreamName::Tenant(id) => {
                forward::tenant(&self.context, r#ref, id, position).await.map(events)
            }
            StreamName::Site(id) => {
                forward::site(&self.context, r#ref, id, position).await.map(events)
            }
            StreamName::Document(id) => {
                let writable = allows(role, Action::EditDocument);
                document::open(&self.context, r#ref, id, state_vector, writable)
                    .await
                    .map(|open| Stream::Document(Box::new(open)))
            }
        };
        match joined {
            Ok(stream) => drop(self.open.insert(name, stream)),
            Err(problem) => self.context.refuse(Some(r#ref), &problem),
        }
    }

    pub(super) fn unsubscribe(&mut self, name: StreamName) {
        self.open.remove(&name);
    }

    /// Documents begin anew under the new role: their clients are told whether they may write.
    pub(super) fn role_changed(&mut self, role: Role) {
        let writable = allows(role, Action::EditDocument);
        let stale = self.open.iter().filter_map(|(name, stream)| match stream {
            Stream::Document(open) if open.writable != writable => Some(*name),
            _ => None,
        });
        for name in stale.collect::<Vec<_>>() {
            self.resync(name);
        }
    }

    /// Ends a stream whose client must join again.
    fn resync(&mut self, name: StreamName) {
        self.unsubscribe(name);
        self.context.outbox.send(
            Rank::Document,
            &ServerFrame::StreamClosed { stream: name, reason: "resync".to_owned() },
        );
    }

    fn document(&self, id: DocumentId) -> Option<&Open> {
        match self.open.get(&StreamName::Document(id)) {
            Some(Stream::Document(open)) => Some(open.as_ref()),
            _ => None,
        }
    }

    fn may_write(&self, id: DocumentId) -> Option<&Open> {
        let allowed = self.context.role().is_some_and(|role| allows(role, Action::EditDocument));
        self.document(id).filter(|open| open.writable && allowed)
    }

    /// An edit. A document that cannot take it just now is joined again: the client then sends
    /// what is missing.
    pub(super) async fn update(&mut self, id: DocumentId, r#ref: u32, update: Vec<u8>) {
        let refuse = |code: &str, message: &str| {
            let (code, message) = (code.to_owned(), message.to_owned());
            let frame = ServerFrame::DocumentRefused {
                document: id,
                r#ref,
                code,
                message,
                state_vector: None,
            };
            self.context.outbox.send(Rank::Answer, &frame);
        };
        if self.document(id).is_none() {
            return refuse("not_open", "This document is not open here. Open it again.");
        }
        if update.len() > UPDATE_BYTES_MAX {
            return refuse(
                "too_large",
                "This edit is larger than 1 MiB. Insert it in smaller parts.",
            );
        }
        let Some(open) = self.may_write(id) else {
            return refuse("read_only", "You may read this document, but not change it.");
        };
        let taken = open.handle.update(self.context.number, r#ref, update).await;
        self.settle(id, taken);
    }

    /// Presence: only of who is in the document.
    pub(super) fn awareness(&self, id: DocumentId, update: &[u8]) {
        if let Some(open) = self.document(id).filter(|_| update.len() <= AWARENESS_BYTES_MAX) {
            open.handle.awareness(self.context.number, update);
        }
    }

    pub(super) async fn sync(&mut self, id: DocumentId, state_vector: Vec<u8>) {
        let Some(open) = self.document(id) else { return };
        let synced = open.handle.sync(state_vector).await.map(|(update, state_vector)| {
            let frame = ServerFrame::DocumentSynced { document: id, update, state_vector };
            self.context.outbox.send_large(Rank::Document, &frame);
        });
        self.settle(id, synced);
    }

    fn settle(&mut self, id: DocumentId, taken: Result<(), Failure>) {
        if let Err(failure) = taken {
            tracing::debug!(document = %id, %failure, "a document is joined again");
            self.resync(StreamName::Document(id));
        }
    }
}

fn events(forward: AbortOnDropHandle<()>) -> Stream {
    Stream::Events { _forward: forward }
}
