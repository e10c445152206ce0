//! `/api/auth`.

use crate::view::{AccountView, MembershipView, Role};
use igny8_protocol_ids::TenantId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// `POST sign-up`: a new account with a new tenant, of which it is the owner.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct SignUp {
    /// E-mail address.
    pub email: String,
    /// At least 8 characters; 15 or more are better.
    pub password: String,
    /// Shown to others.
    pub name: String,
    /// Name of the new tenant.
    pub tenant_name: String,
    /// Keep the refresh token in an HttpOnly cookie instead of the answer (browsers).
    #[serde(default)]
    pub cookie: bool,
}

/// `POST login`.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct Login {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Keep the refresh token in an HttpOnly cookie instead of the answer (browsers).
    #[serde(default)]
    pub cookie: bool,
}

/// `POST login-code`: the single-use code of a login link.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct LoginCode {
    /// From the link's fragment.
    pub code: String,
    /// Keep the refresh token in an HttpOnly cookie instead of the answer (browsers).
    #[serde(default)]
    pub cookie: bool,
}

/// `POST refresh`: a refresh token counts once; its use gives the next.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema, TS)]
pub struct Refresh {
    /// Absent: the cookie is used.
    pub refresh_token: Option<String>,
}

/// The answer to all ways of logging in.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct Session {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// Seconds until the access token ends.
    pub expires_in: u32,
    /// For `refresh`; absent if it went into a cookie.
    pub refresh_token: Option<String>,
    /// Who.
    pub account: AccountView,
    /// Where, and as what.
    pub memberships: Vec<MembershipView>,
}

/// `GET me`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, TS)]
pub struct Me {
    /// Who.
    pub account: AccountView,
    /// Where, and as what.
    pub memberships: Vec<MembershipView>,
}

/// `POST ticket`: opens one socket, once, within a minute.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct Ticket {
    /// For the subprotocol `igny8.ticket.<ticket>`.
    pub ticket: String,
    /// Seconds until it ends.
    pub expires_in: u32,
    /// The tenant whose streams the socket may hear.
    pub tenant: TenantId,
}

/// `POST members`: adds an existing account by its address.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, TS)]
pub struct AddMember {
    /// E-mail address of an account.
    pub email: String,
    /// Role.
    pub role: Role,
}

/// `PATCH members/{account}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeMember {
    /// The new role.
    pub role: Role,
}
