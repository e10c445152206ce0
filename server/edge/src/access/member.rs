//! The extractors that prove tenant, site and role. What is another tenant's does not exist here.

use super::identity::Caller;
use super::right::Right;
use crate::limit::Standing;
use crate::problem::Problem;
use crate::state::{EdgeState, TicketHolder};
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use igny8_actors_domain::Origin;
use igny8_actors_domain::account::Account;
use igny8_actors_domain::role::{Action, Role, allows};
use igny8_actors_domain::tenant::Tenant;
use igny8_actors_runtime::{DocumentHandle, SiteHandle, TenantHandle};
use igny8_protocol_ids::{AccountId, SiteId, TenantId, ThreadId, Timestamp};
use std::marker::PhantomData;
use std::str::FromStr;

/// Names the tenant; may be left out by whoever belongs to one alone.
const TENANT_HEADER: &str = "x-igny8-tenant";

/// A member of a tenant with the right `R`.
pub(crate) struct Member<R> {
    pub state: EdgeState,
    pub account: AccountId,
    pub role: Role,
    pub id: TenantId,
    pub tenant: TenantHandle,
    right: PhantomData<fn() -> R>,
}

impl<R> Member<R> {
    pub(crate) const fn origin(&self) -> Origin {
        Origin::Account(self.account)
    }
    /// A further right, where the request's content asks for it.
    pub(crate) fn require(&self, action: Action) -> Result<(), Problem> {
        if allows(self.role, action) { Ok(()) } else { Err(Problem::forbidden()) }
    }
    /// A site of this tenant that the request's body names.
    pub(crate) async fn site(&self, id: SiteId) -> Result<SiteHandle, Problem> {
        site_of(&self.state, self.id, id).await
    }
}

/// A site, if it is this tenant's. Sites are asked for only after that: an unknown id wakes nothing.
pub(crate) async fn site_of(
    state: &EdgeState,
    tenant: TenantId,
    site: SiteId,
) -> Result<SiteHandle, Problem> {
    let listed =
        state.platform.tenant(tenant).read(move |tenant| tenant.site(site).is_some()).await?;
    if listed { Ok(state.platform.site(tenant, site)) } else { Err(Problem::not_found("site")) }
}

/// A member with the right `R`, in one of the tenant's sites: the path's `{site}`.
pub(crate) struct InSite<R> {
    pub member: Member<R>,
    pub id: SiteId,
    pub site: SiteHandle,
}

impl<R> InSite<R> {
    pub(crate) const fn origin(&self) -> Origin {
        self.member.origin()
    }
}

/// A member's right in one document of a site: it is there, and it is the site's.
pub(crate) struct InDocument<R> {
    /// The site, with the member and the right.
    pub site: InSite<R>,
    /// The way to the document's actor.
    pub handle: DocumentHandle,
}

#[derive(Default)]
struct Path {
    tenant: Option<String>,
    site: Option<String>,
    document: Option<String>,
    thread: Option<String>,
    last: Option<String>,
}

async fn path(parts: &mut Parts, state: &EdgeState) -> Path {
    let Ok(params) = RawPathParams::from_request_parts(parts, state).await else {
        return Path::default();
    };
    let named =
        |name: &str| params.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
    let last = params.iter().last().map(|(_, value)| value.to_owned());
    Path {
        tenant: named("tenant"),
        site: named("site"),
        document: named("document"),
        thread: named("thread"),
        last,
    }
}

/// The tenant that the request is about, if the person belongs to it and the login still stands.
async fn tenant_of(
    parts: &Parts,
    state: &EdgeState,
    caller: Caller,
    in_path: Option<String>,
) -> Result<TenantId, Problem> {
    let header = parts.headers.get(TENANT_HEADER);
    let named = match in_path {
        Some(text) => Some(text),
        None => header.map(|value| value.to_str().unwrap_or_default().to_owned()),
    };
    let wanted: Option<TenantId> = match named {
        Some(text) => Some(text.parse().map_err(|_| Problem::not_found("workspace"))?),
        None => None,
    };
    let now = state.now();
    let account = state.platform.account(caller.account);
    let known = account.read(move |account| {
        let open = account.open_session(caller.session, now).is_some();
        let tenants: Vec<TenantId> = match wanted {
            Some(wanted) => account.membership(wanted).map(|_| wanted).into_iter().collect(),
            None => account.memberships().map(|membership| membership.tenant).take(2).collect(),
        };
        open.then_some(tenants)
    });
    let ended = || Problem::unauthorized("session_ended", "This login has ended. Sign in again.");
    match (known.await?.ok_or_else(ended)?.as_slice(), wanted) {
        ([tenant], _) => Ok(*tenant),
        (_, Some(_)) => Err(Problem::not_found("workspace")),
        ([], None) => Err(Problem::forbidden()),
        (_, None) => {
            let detail = format!(
                "You belong to several workspaces: name one in the header {TENANT_HEADER}."
            );
            Err(Problem::bad_request("tenant_required", detail))
        }
    }
}

/// A tenant, a right, and perhaps a site, proved.
async fn admit<R: Right>(
    parts: &mut Parts,
    state: &EdgeState,
) -> Result<(Member<R>, Option<SiteId>), Problem> {
    let caller = Caller::from_request_parts(parts, state).await?;
    let path = path(parts, state).await;
    let id = tenant_of(parts, state, caller, path.tenant).await?;
    let standing = parts.extensions.get::<Standing>().cloned().unwrap_or_default();
    state.limits.tenant(id, &parts.method, &standing)?;
    let site: Option<SiteId> = match path.site {
        Some(text) => Some(text.parse().map_err(|_| Problem::not_found("site"))?),
        None => None,
    };
    let tenant = state.platform.tenant(id);
    let (account, role) = (
        caller.account,
        tenant.read(move |tenant| {
            let role = tenant.role_of(caller.account)?;
            Some((role, site.is_none_or(|site| tenant.site(site).is_some())))
        }),
    );
    let (role, has_site) = role.await?.ok_or_else(|| Problem::not_found("workspace"))?;
    if !has_site {
        return Err(Problem::not_found("site"));
    }
    if !allows(role, R::ACTION) {
        return Err(Problem::forbidden());
    }
    tracing::debug!(tenant = %id, site = ?site, "admitted");
    Ok((Member { state: state.clone(), account, role, id, tenant, right: PhantomData }, site))
}

impl<R: Right> FromRequestParts<EdgeState> for Member<R> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &EdgeState) -> Result<Self, Problem> {
        admit(parts, state).await.map(|(member, _)| member)
    }
}

impl<R: Right> FromRequestParts<EdgeState> for InSite<R> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &EdgeState) -> Result<Self, Problem> {
        let (member, site) = admit::<R>(parts, state).await?;
        let id = site.ok_or_else(|| Problem::not_found("site"))?;
        let site = state.platform.site(member.id, id);
        Ok(Self { member, id, site })
    }
}

impl<R: Right> FromRequestParts<EdgeState> for InDocument<R> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &EdgeState) -> Result<Self, Problem> {
        let site = InSite::<R>::from_request_parts(parts, state).await?;
        let id = path(parts, state).await.document.and_then(|text| text.parse().ok());
        let id = id.ok_or_else(|| Problem::not_found("document"))?;
        site.site.require_document(id).await?;
        let handle = state.platform.document(site.member.id, id);
        Ok(Self { site, handle })
    }
}

/// The path's `{thread}`, where it is not the last id.
pub(crate) struct InThread(pub ThreadId);

impl FromRequestParts<EdgeState> for InThread {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &EdgeState) -> Result<Self, Problem> {
        let id = path(parts, state).await.thread.and_then(|text| text.parse().ok());
        id.map(Self).ok_or_else(|| Problem::not_found("thread"))
    }
}

/// The last id of the path. What cannot be one names nothing: a 404.
pub(crate) struct Id<T>(pub T);

impl<T: FromStr> FromRequestParts<EdgeState> for Id<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &EdgeState) -> Result<Self, Problem> {
        let last = path(parts, state).await.last;
        let id = last.and_then(|text| text.parse().ok());
        id.map(Self).ok_or_else(|| Problem::not_found("thing"))
    }
}

/// The role that a person has in a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldRole {
    pub role: Role,
    /// When that changed last: a role that is taken away and given back is not the same one.
    pub since: Timestamp,
}

impl From<&igny8_actors_domain::tenant::Member> for HeldRole {
    fn from(member: &igny8_actors_domain::tenant::Member) -> Self {
        Self { role: member.role, since: member.updated_at }
    }
}

/// What a person may do in a tenant now; `None` if they do not belong to it, or their login ended.
pub(crate) async fn standing(
    state: &EdgeState,
    holder: TicketHolder,
) -> Result<Option<HeldRole>, Problem> {
    let (now, TicketHolder { account, session, tenant }) = (state.now(), holder);
    let open = move |account: &Account| {
        account.open_session(session, now).is_some() && account.membership(tenant).is_some()
    };
    if !state.platform.account(account).read(open).await? {
        return Ok(None);
    }
    let member = move |tenant: &Tenant| tenant.member(account).map(HeldRole::from);
    Ok(state.platform.tenant(tenant).read(member).await?)
}
