//! All routes, the layers around them, and the OpenAPI document that follows from them.

use crate::access::identify;
use crate::asset;
use crate::body::JSON_BYTES_MAX;
use crate::envelope::envelope;
use crate::limit::guard_address;
use crate::route;
use crate::socket;
use crate::state::EdgeState;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::sync::Arc;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "IGNY8",
        description = "From keywords to published posts. Errors are RFC 9457 problems. Lists are pages with an \
                       opaque cursor. A POST with an Idempotency-Key is done once.",
        license(name = "AGPL-3.0-or-later", identifier = "AGPL-3.0-or-later")
    ),
    components(schemas(igny8_protocol_wire::rest::problem::Problem)),
    security(("bearer" = []))
)]
struct Described;

fn described() -> (Router<EdgeState>, OpenApi) {
    let base = <Described as utoipa::OpenApi>::openapi();
    let (router, mut document) =
        OpenApiRouter::with_openapi(base).merge(route::all()).split_for_parts();
    complete(&mut document);
    (router, document)
}

/// Adds what holds for every route: the bearer token, and the form of errors.
fn complete(document: &mut OpenApi) {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let problem = ResponseBuilder::new()
        .description("What went wrong.")
        .content("application/problem+json", content)
        .build();
    for path in document.paths.paths.values_mut() {
        let all = [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
        for operation in all.into_iter().flatten() {
            operation.responses.responses.insert("default".to_owned(), RefOr::T(problem.clone()));
        }
    }
}

/// The OpenAPI 3.1 document of all routes.
pub fn openapi() -> OpenApi {
    described().1
}

/// The whole edge as one service. Serve it with the peers' addresses
/// (`into_make_service_with_connect_info::<SocketAddr>`), or limits count everybody as one.
pub fn router(state: EdgeState) -> Router {
    let (router, document) = described();
    let document: Arc<str> = document.to_json().expect("the document is plain data").into();
    let served = move || async move {
        ([(http::header::CONTENT_TYPE, "application/json")], document.to_string())
    };
    router
        .route("/api/openapi.json", get(served))
        .route("/ws", get(socket::open))
        .route("/ws/fallback", post(socket::open_fallback))
        .route("/ws/fallback/{line}", socket::fallback_requests())
        .route("/collab", get(socket::open_rooms))
        .route("/collab/{room}", get(socket::open_room))
        .merge(route::plain())
        .fallback(asset::serve)
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .layer(from_fn_with_state(state.clone(), guard_address))
        .layer(from_fn_with_state(state.clone(), identify))
        .layer(from_fn_with_state(state.clone(), envelope))
        .with_state(state)
}
