//! Tickets for rooms, which Yjs clients that nobody here wrote bring along.

use crate::access::{Caller, Member, ROOM_TICKET_LIFETIME_MAX, ReadContent, RoomPass};
use crate::body::{Change, Json};
use crate::problem::Problem;
use igny8_actors_domain::role::Action;
use igny8_actors_domain::site::{SiteCommand, SiteReply, room_name};
use igny8_actors_runtime::SiteHandle;
use igny8_protocol_ids::DocumentId;
use igny8_protocol_wire::rest::auth::{NewRoomTicket, RoomKind, RoomRights, RoomTicket};

const TTL_SECONDS_DEFAULT: u32 = 3600;

/// The article or free document that a room stands for; a free one is made if that is wanted.
async fn document(
    member: &Member<ReadContent>,
    site: &SiteHandle,
    wanted: &NewRoomTicket,
) -> Result<DocumentId, Problem> {
    let missing = || Problem::not_found("room");
    if wanted.kind == RoomKind::Article {
        if wanted.create {
            let detail = "Articles are made with POST documents: create makes free rooms alone.";
            return Err(Problem::invalid("create", detail));
        }
        let id: DocumentId = wanted.room.parse().map_err(|_| missing())?;
        let known = site.read(move |site| site.document(id).is_some()).await?;
        return known.then_some(id).ok_or_else(missing);
    }
    let name = room_name(&wanted.room)?.to_owned();
    if wanted.create {
        member.require(Action::EditDocument)?;
        let command = SiteCommand::OpenFreeDocument { name };
        return match site.command(member.origin(), None, command).await? {
            SiteReply::FreeDocument { document, .. } => Ok(document.id),
            _ => Err(missing()),
        };
    }
    let known = site.read(move |site| site.free_document_by_name(&name).map(|known| known.id));
    known.await?.ok_or_else(missing)
}

/// A ticket that opens one room, again and again until it is over.
#[utoipa::path(post, path = "/api/auth/room-tickets", tag = "auth", request_body = NewRoomTicket,
    responses((status = 200, body = RoomTicket)))]
pub(super) async fn room_ticket(
    member: Member<ReadContent>,
    caller: Caller,
    change: Change<NewRoomTicket>,
) -> Result<Json<RoomTicket>, Problem> {
    let wanted = change.body;
    let site = member.site(wanted.site).await?;
    let writable = wanted.rights == RoomRights::Write;
    if writable {
        member.require(Action::EditDocument)?;
    }
    let expires_in = wanted.ttl_seconds.unwrap_or(TTL_SECONDS_DEFAULT);
    if !(1..=ROOM_TICKET_LIFETIME_MAX.as_secs()).contains(&expires_in.into()) {
        let days = ROOM_TICKET_LIFETIME_MAX.as_secs() / 86_400;
        let detail = format!("A ticket counts for 1 second to {days} days.");
        return Err(Problem::invalid("ttl_seconds", detail));
    }
    let document = document(&member, &site, &wanted).await?;
    let account = member.account;
    let since =
        member.tenant.read(move |tenant| tenant.member(account).map(|member| member.updated_at));
    let pass = RoomPass {
        account,
        session: caller.session,
        tenant: member.id,
        site: wanted.site,
        document,
        kind: wanted.kind,
        room: wanted.room,
        writable,
        member_since: since.await?.ok_or_else(|| Problem::not_found("workspace"))?,
        ends_at: member.state.now().as_millis() / 1000 + i64::from(expires_in),
    };
    let path = format!("/collab/{}", pass.room);
    let ticket = member.state.tokens.seal_room(pass);
    Ok(Json(RoomTicket { ticket, expires_in, path, document }))
}
