//! Sessions: sign-up, login, refresh, logout; tickets for sockets.

use crate::access::{
    ACCESS_LIFETIME, Audience, Caller, RefreshToken, check_password, clear_session, media_cookie,
    origin_is_allowed, refresh_cookie, refresh_from, standing,
};
use crate::body::{Change, Json};
use crate::convert;
use crate::problem::Problem;
use crate::state::{EdgeState, TICKET_LIFETIME, TicketHolder};
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use igny8_actors_runtime::Failure;
use igny8_protocol_ids::{AccountId, TenantId};
use igny8_protocol_wire::rest::auth::{Login, LoginCode, Me, Refresh, Session, SignUp, Ticket};
use igny8_protocol_wire::view::MembershipView;
use serde::Deserialize;
use std::time::Duration;

/// An account, and where it belongs.
async fn who(state: &EdgeState, id: AccountId) -> Result<Me, Problem> {
    let known = state
        .platform
        .account(id)
        .read(|account| {
            let tenants: Vec<TenantId> =
                account.memberships().map(|membership| membership.tenant).collect();
            account.card().map(|card| (convert::account_view(card), tenants))
        })
        .await?;
    let (account, tenants) = known.ok_or_else(|| Problem::not_found("account"))?;
    let mut memberships = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        // The tenant's own list decides; the account's leads there.
        let seen = state
            .platform
            .tenant(tenant)
            .read(move |tenant| tenant.card().cloned().zip(tenant.role_of(id)))
            .await?;
        memberships.extend(seen.map(|(card, role)| MembershipView {
            tenant: convert::tenant_view(card),
            role: convert::role(role),
        }));
    }
    Ok(Me { account, memberships })
}

/// The answer to a login: tokens, and in browsers two cookies that no script can read.
async fn answer(
    state: &EdgeState,
    caller: Caller,
    secret: [u8; 32],
    in_cookie: bool,
) -> Result<Response, Problem> {
    let Me { account, memberships } = who(state, caller.account).await?;
    let Caller { account: id, session } = caller;
    let refresh = state.tokens.seal_refresh(&RefreshToken { account: id, session, secret });
    let mut body = Session {
        access_token: state.tokens.issue(Audience::Api, state.now(), caller),
        expires_in: u32::try_from(ACCESS_LIFETIME.as_secs()).expect("minutes fit"),
        refresh_token: None,
        account,
        memberships,
    };
    if !in_cookie {
        body.refresh_token = Some(refresh);
        return Ok(Json(body).into_response());
    }
    let secure = state.settings.https;
    let media = state.tokens.issue(Audience::Media, state.now(), caller);
    let media = media_cookie(&media, Audience::Media.lifetime(), secure);
    Ok((AppendHeaders([refresh_cookie(&refresh, secure), media]), Json(body)).into_response())
}

async fn begin(
    state: &EdgeState,
    account: AccountId,
    in_cookie: bool,
) -> Result<Response, Problem> {
    let (session, secret) = state.platform.account(account).open_session().await?;
    answer(state, Caller { account, session }, secret, in_cookie).await
}

/// Refusals of credentials are all one answer: 401.
fn not_let_in(failure: Failure, code: &'static str) -> Problem {
    match failure {
        Failure::Refused(refusal) => Problem::unauthorized(code, &refusal.message),
        other => other.into(),
    }
}

/// Makes an account with a tenant that it owns.
#[utoipa::path(post, path = "/api/auth/sign-up", tag = "auth", security(()), request_body = SignUp,
    responses((status = 200, body = Session)))]
pub(super) async fn sign_up(
    State(state): State<EdgeState>,
    change: Change<SignUp>,
) -> Result<Response, Problem> {
    let SignUp { email, password, name, tenant_name, cookie } = change.body;
    check_password(&password, &email)?;
    let (account, _) = state.platform.sign_up(&email, &password, &name, &tenant_name).await?;
    begin(&state, account, cookie).await
}

/// Logs in with address and password.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", security(()), request_body = Login,
    responses((status = 200, body = Session)))]
pub(super) async fn log_in(
    State(state): State<EdgeState>,
    change: Change<Login>,
) -> Result<Response, Problem> {
    let Login { email, password, cookie } = change.body;
    let account = state.platform.log_in(&email, &password).await;
    begin(&state, account.map_err(|failure| not_let_in(failure, "wrong_credentials"))?, cookie)
        .await
}

/// Logs in with the single-use code of a login link.
#[utoipa::path(post, path = "/api/auth/login-code", tag = "auth", security(()), request_body = LoginCode,
    responses((status = 200, body = Session)))]
pub(super) async fn log_in_with_code(
    State(state): State<EdgeState>,
    change: Change<LoginCode>,
) -> Result<Response, Problem> {
    let account = state.login_codes.redeem(state.now(), &change.body.code);
    let used = || {
        Problem::unauthorized(
            "login_code",
            "This login link was used already, or is over. Take a new one.",
        )
    };
    begin(&state, account.ok_or_else(used)?, change.body.cookie).await
}

/// The refresh token of a request, and whether it came as a cookie: then only from our own pages.
fn presented(
    state: &EdgeState,
    headers: &HeaderMap,
    body: Refresh,
) -> Result<(RefreshToken, bool), Problem> {
    let missing = || Problem::unauthorized("signed_out", "You are not signed in here.");
    let (text, in_cookie) = match body.refresh_token {
        Some(text) => (text, false),
        None => (refresh_from(headers).ok_or_else(missing)?.to_owned(), true),
    };
    if in_cookie && !origin_is_allowed(headers, &state.settings.origins) {
        let detail = "The request comes from a page that may not use this login.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "origin", detail));
    }
    let token = state.tokens.open_refresh(&text).ok_or_else(missing)?;
    Ok((token, in_cookie))
}

/// Gives a refresh token for the next; the old one counts no more.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", security(()), request_body = Refresh,
    responses((status = 200, body = Session)))]
pub(super) async fn refresh(
    State(state): State<EdgeState>,
    headers: HeaderMap,
    change: Change<Refresh>,
) -> Result<Response, Problem> {
    let (token, in_cookie) = presented(&state, &headers, change.body)?;
    let RefreshToken { account, session, secret } = token;
    let next = state.platform.account(account).rotate(session, &secret).await;
    let next = next.map_err(|failure| not_let_in(failure, "refresh_token"))?;
    answer(&state, Caller { account, session }, next, in_cookie).await
}

/// Ends the session. Repeated, it changes nothing.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", security(()), request_body = Refresh,
    responses((status = 204)))]
pub(super) async fn log_out(
    State(state): State<EdgeState>,
    headers: HeaderMap,
    change: Change<Refresh>,
) -> Result<Response, Problem> {
    let cleared = AppendHeaders(clear_session(state.settings.https));
    match presented(&state, &headers, change.body) {
        Ok((token, _)) => {
            state.platform.account(token.account).close_session(token.session).await?
        }
        Err(problem) if problem.status == StatusCode::FORBIDDEN => return Err(problem),
        Err(_) => {}
    }
    Ok((StatusCode::NO_CONTENT, cleared).into_response())
}

/// Who is signed in, and where they belong.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth", responses((status = 200, body = Me)))]
pub(super) async fn me(
    State(state): State<EdgeState>,
    caller: Caller,
) -> Result<Json<Me>, Problem> {
    who(&state, caller.account).await.map(Json)
}

/// Which tenant a socket is for.
#[derive(Deserialize, utoipa::ToSchema)]
pub(super) struct TicketRequest {
    /// The tenant.
    tenant: TenantId,
}

/// A ticket that opens one socket, once, within a minute.
#[utoipa::path(post, path = "/api/auth/ticket", tag = "auth", request_body = TicketRequest,
    responses((status = 200, body = Ticket)))]
pub(super) async fn ticket(
    State(state): State<EdgeState>,
    caller: Caller,
    change: Change<TicketRequest>,
) -> Result<Json<Ticket>, Problem> {
    let (tenant, now) = (change.body.tenant, state.now());
    let Caller { account, session } = caller;
    let holder = TicketHolder { account, session, tenant };
    if standing(&state, holder).await?.is_none() {
        return Err(Problem::not_found("workspace"));
    }
    let issued = state.tickets.issue(now, &state.secret(), holder);
    let full = || {
        Problem::unavailable(
            "busy",
            "Too many sockets are being opened. Try again.",
            Duration::from_secs(2),
        )
    };
    let ticket = issued.ok_or_else(full)?;
    let expires_in = u32::try_from(TICKET_LIFETIME.as_secs()).expect("a minute fits");
    Ok(Json(Ticket { ticket, expires_in, tenant }))
}
