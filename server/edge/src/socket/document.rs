//! A document on a socket: the join, and its frames.

use super::outbox::Rank;
use super::session::Context;
use crate::problem::Problem;
use bytes::Bytes;
use igny8_actors_runtime::{DocumentFrame, DocumentHandle, DocumentJoin, DocumentSubscription};
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::codec::encode;
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::stream::{StreamName, StreamPosition, StreamSnapshot};
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

/// Whether one of the tenant's sites has this document: ids of others wake nothing.
async fn is_known(context: &Context, id: DocumentId) -> Result<bool, Problem> {
    let (platform, tenant) = (&context.state.platform, context.holder.tenant);
    let sites: Vec<SiteId> =
        platform.tenant(tenant).read(|tenant| tenant.sites().map(|site| site.id).collect()).await?;
    for site in sites {
        if platform.site(tenant, site).read(move |site| site.document(id).is_some()).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Joins a document: its state, then its frames.
pub(super) async fn open(
    context: &Context,
    r#ref: u32,
    id: DocumentId,
    state_vector: Option<Vec<u8>>,
    writable: bool,
) -> Result<Open, Problem> {
    if !is_known(context, id).await? {
        return Err(Problem::not_found("document"));
    }
    let handle = context.state.platform.document(context.holder.tenant, id);
    let joined = handle.join(context.number, state_vector, writable).await?;
    let DocumentJoin { position, update, state_vector, awareness, subscription } = joined;
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
                let encoded = turn.encoded.get_or_init(|| {
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
            DocumentFrame::Awareness(update) => {
                let frame = ServerFrame::Awareness { document, update: update.to_vec() };
                context.outbox.send(Rank::Presence, &frame);
            }
        }
    }
    let stream = StreamName::Document(document);
    context
        .outbox
        .send(Rank::Document, &ServerFrame::StreamClosed { stream, reason: "resync".to_owned() });
}
