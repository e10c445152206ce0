//! `/api/auth`: logging in, tickets for sockets and rooms, and who belongs to a tenant.

mod member;
mod room;
mod session;

use crate::state::EdgeState;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .routes(routes!(session::sign_up))
        .routes(routes!(session::log_in))
        .routes(routes!(session::log_in_with_code))
        .routes(routes!(session::refresh))
        .routes(routes!(session::log_out))
        .routes(routes!(session::me))
        .routes(routes!(session::ticket))
        .routes(routes!(room::room_ticket))
        .routes(routes!(member::list_members, member::add_member))
        .routes(routes!(member::change_member, member::remove_member))
}
