//! `/api/system` and `/version`.

mod queue;

use crate::access::{Member, ReadSystem};
use crate::body::Json;
use crate::convert;
use crate::state::EdgeState;
use axum::extract::State;
use igny8_protocol_wire::PROTOCOL_VERSIONS_SUPPORTED;
use igny8_protocol_wire::rest::lane::Lanes;
use igny8_protocol_wire::rest::system::{ActorCount, SystemStatus, Version};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .routes(routes!(status))
        .routes(routes!(lanes))
        .routes(routes!(version))
        .routes(routes!(queue::site_queue))
        .routes(routes!(queue::set_queue))
        .routes(routes!(queue::pause_site))
        .routes(routes!(queue::resume_site))
        .routes(routes!(queue::work))
        .routes(routes!(queue::pause_work))
        .routes(routes!(queue::resume_work))
}

/// What is in memory. Of entities that are kept out, only the tenant's own are named.
#[utoipa::path(get, path = "/api/system/status", tag = "system", responses((status = 200, body = SystemStatus)))]
async fn status(member: Member<ReadSystem>) -> Json<SystemStatus> {
    let status = member.state.platform.status();
    let own = format!("{}/", member.id);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let actors = status.kinds.iter().map(|(kind, resident)| ActorCount {
        kind: (*kind).to_owned(),
        resident: count(*resident),
    });
    Json(SystemStatus {
        actors: actors.collect(),
        sockets: member.state.sockets(),
        quarantined: status
            .quarantined
            .into_iter()
            .filter(|entity| entity.starts_with(&own))
            .collect(),
    })
}

/// The lanes to models: the server's own that were used, and the tenant's own, with what holds
/// them up.
#[utoipa::path(get, path = "/api/system/lanes", tag = "system", responses((status = 200, body = Lanes)))]
async fn lanes(member: Member<ReadSystem>) -> Json<Lanes> {
    let lanes = member.state.platform.lanes(member.id);
    Json(Lanes { lanes: lanes.into_iter().map(convert::lane_view).collect() })
}

/// The server's version and what it speaks.
#[utoipa::path(get, path = "/version", tag = "system", security(()), responses((status = 200, body = Version)))]
async fn version(State(state): State<EdgeState>) -> Json<Version> {
    Json(Version {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocols: PROTOCOL_VERSIONS_SUPPORTED.to_vec(),
        development: state.settings.development,
    })
}
