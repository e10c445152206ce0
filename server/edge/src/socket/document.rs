//! A document on a socket: the join, and its frames.

use super::ear::{Ear, Mouth};
use super::line::{Outbox, Rank};
use super::session::Context;
use crate::problem::Problem;
use bytes::Bytes;
use igny8_actors_domain::site::Site;
use igny8_actors_runtime::{DocumentFrame, DocumentHandle, DocumentJoin, Encoded, Place, Shared};
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::codec::encode;
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::packed;
use igny8_protocol_wire::stream::{StreamName, StreamPosition, StreamSnapshot};
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// An open document: left when it is dropped, and presence disappears at once.
pub(super) struct Open {
    pub handle: DocumentHandle,
    pub writable: bool,
    _place: Place,
}

/// The article or free document of one of the tenant's sites: ids of others wake nothing.
async fn find(context: &Context, id: DocumentId) -> Result<DocumentHandle, Problem> {
    let (platform, tenant) = (&context.state.platform, context.holder.tenant);
    let sites: Vec<SiteId> =
        platform.tenant(tenant).read(|tenant| tenant.sites().map(|site| site.id).collect()).await?;
    for site in sites {
        let known =
            move |site: &Site| (site.document(id).is_some(), site.free_document(id).is_some());
        match platform.site(tenant, site).read(known).await? {
            (true, _) => return Ok(platform.document(tenant, id)),
            (_, true) => return Ok(platform.free_document(tenant, id)),
            _ => {}
        }
    }
    Err(Problem::not_found("document"))
}

/// Joins a document: its state, then its frames.
pub(super) async fn open(
    context: &Context,
    r#ref: u32,
    id: DocumentId,
    state_vector: Option<Vec<u8>>,
    writable: bool,
) -> Result<Open, Problem> {
    let handle = find(context, id).await?;
    let ear = Ear::new(Voice { document: id, outbox: context.outbox.clone() });
    let listener = ear.clone();
    let account = context.holder.account;
    let joined =
        handle.join_with(context.number, state_vector, writable, account, listener).await?;
    let DocumentJoin { position, update, state_vector, awareness, subscription: place, .. } =
        joined;
    let snapshot =
        StreamSnapshot::Document { state_vector, writable, awareness, update: Vec::new() };
    let at = StreamPosition { stream: StreamName::Document(id), position };
    let subscribed = ServerFrame::Subscribed { r#ref, at, snapshot: Some(snapshot) };
    let deflated = if context.outbox.packs() { deflated(&update).await } else { None };
    context.outbox.send_with(Rank::Answer, &subscribed, (update.update.clone(), deflated));
    ear.open();
    Ok(Open { handle, writable, _place: place })
}

/// A document's state compressed: once for all who join at this version. Nothing goes before it, so
/// that what happens meanwhile waits.
async fn deflated(update: &Shared) -> Option<Bytes> {
    let bytes = update.update.clone();
    if bytes.len() < packed::FRAME_BYTES_MIN {
        return None;
    }
    let deflate = || async {
        let deflated = spawn_blocking(move || packed::deflate(&bytes)).await;
        deflated.ok().flatten().map(Bytes::from)
    };
    update.deflated.get_or_init(deflate).await.clone()
}

/// Says what a document says, in our own frames.
struct Voice {
    document: DocumentId,
    outbox: Arc<Outbox>,
}

impl Voice {
    /// What is the same for all sessions, encoded once.
    fn share(&self, rank: Rank, encoded: &Encoded, frame: impl FnOnce() -> ServerFrame) {
        let encoded =
            encoded.socket.get_or_init(|| encode(&frame()).map(Bytes::from).unwrap_or_default());
        self.outbox.put(rank, encoded.clone());
    }
}

impl Mouth for Voice {
    fn say(&self, frame: &DocumentFrame) -> bool {
        let document = self.document;
        match frame {
            DocumentFrame::Update(turn) => self.share(Rank::Document, &turn.encoded, || {
                let (position, update) = (turn.position, turn.update.clone());
                ServerFrame::DocumentUpdate { document, position, update }
            }),
            DocumentFrame::Awareness(shared) => self.share(Rank::Presence, &shared.encoded, || {
                ServerFrame::Awareness { document, update: shared.update.to_vec() }
            }),
            DocumentFrame::Durable { reference, position } => {
                let (r#ref, position) = (*reference, *position);
                self.outbox.post(Rank::Answer, &ServerFrame::Durable { document, r#ref, position });
            }
            DocumentFrame::Refused { reference, code, message, state_vector } => {
                let refused = ServerFrame::DocumentRefused {
                    document,
                    r#ref: *reference,
                    code: (*code).to_owned(),
                    message: message.clone(),
                    state_vector: state_vector.clone(),
                };
                self.outbox.post(Rank::Answer, &refused);
            }
            DocumentFrame::Comments => {
                self.outbox.post(Rank::Document, &ServerFrame::CommentsChanged { document });
            }
        }
        true
    }

    fn flush(&self) {
        self.outbox.flush();
    }

    fn over(&self) {
        let (stream, reason) = (StreamName::Document(self.document), "resync".to_owned());
        self.outbox.send(Rank::Document, &ServerFrame::StreamClosed { stream, reason });
    }
}
