//! A document on a socket: the join, and its frames.

use super::outbox::Rank;
use super::session::Context;
use crate::problem::Problem;
use bytes::Bytes;
use igny8_actors_domain::site::Site;
use igny8_actors_runtime::{DocumentFrame, DocumentHandle, DocumentJoin, DocumentSubscription};
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::codec::encode;
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::stream::{StreamName, StreamPosition, StreamSnapshot};
use std::sync::Arc;
use tokio_util::task::AbortOnDropHandle;

/// An open document.
pub(super) struct Open {
    pub handle: DocumentHandle,
    pub writable: bool,
    _forward: AbortOnDropHandle<()>,
}

impl Open {
    pub(super) async fn leave(self, context: &Context) {
        if let Err(failure) = self.handle.leave(context.number).await {
            tracing::debug!(%failure, "a document was not left in peace; it notices by itself");
        }
    }
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
    let joined =
        handle.join(context.number, state_vector, writable, context.holder.account).await?;
    let DocumentJoin { position, update, state_vector, awareness, subscription, .. } = joined;
    let update =
        Arc::try_unwrap(update).map_or_else(|shared| shared.update.clone(), |own| own.update);
    let snapshot = StreamSnapshot::Document { update, state_vector, writable, awareness };
    let at = StreamPosition { stream: StreamName::Document(id), position };
    context
        .outbox
        .send(Rank::Answer, &ServerFrame::Subscribed { r#ref, at, snapshot: Some(snapshot) });
    let forward = tokio::spawn(forward(context.clone(), id, subscription));
    Ok(Open { handle, writable, _forward: AbortOnDropHandle::new(forward) })
}

async fn forward(context: Context, document: DocumentId, mut subscription: DocumentSubscription) {
    while let Some(frame) = subscription.next().await {
        match frame {
            DocumentFrame::Update(turn) => {
                let encoded = turn.encoded.socket.get_or_init(|| {
                    let (position, update) = (turn.position, turn.update.clone());
                    let frame = ServerFrame::DocumentUpdate { document, position, update };
                    encode(&frame).map(Bytes::from).unwrap_or_default()
                });
                context.outbox.push(Rank::Document, encoded.clone());
            }
            DocumentFrame::Durable { reference, position } => {
                let frame = ServerFrame::Durable { document, r#ref: reference, position };
                context.outbox.send(Rank::Answer, &frame);
            }
            DocumentFrame::Refused { reference, code, message, state_vector } => {
                let (r#ref, code) = (reference, code.to_owned());
                let frame =
                    ServerFrame::DocumentRefused { document, r#ref, code, message, state_vector };
                context.outbox.send(Rank::Answer, &frame);
            }
            DocumentFrame::Awareness(shared) => {
                let encoded = shared.encoded.socket.get_or_init(|| {
                    let update = shared.update.clone();
                    let frame = ServerFrame::Awareness { document, update };
                    encode(&frame).map(Bytes::from).unwrap_or_default()
                });
                context.outbox.push(Rank::Presence, encoded.clone());
            }
            DocumentFrame::Comments => {
                context.outbox.send(Rank::Document, &ServerFrame::CommentsChanged { document });
            }
        }
    }
    let stream = StreamName::Document(document);
    context
        .outbox
        .send(Rank::Document, &ServerFrame::StreamClosed { stream, reason: "resync".to_owned() });
}
