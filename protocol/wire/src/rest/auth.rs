//! `/api/auth`.

use crate::view::{AccountView, MembershipView, Role};
use igny8_protocol_ids::{DocumentId, SiteId, TenantId};
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

/// What a room holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// An article: its schema is checked. The room is named by the document's id.
    Article,
    /// Any Yjs content, under a name of its own.
    Free,
}

/// What may be done in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoomRights {
    /// See it.
    Read,
    /// Change it.
    Write,
}

/// `POST room-tickets`: a ticket for a Yjs client that nobody here wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct NewRoomTicket {
    /// Of which site.
    pub site: SiteId,
    /// What it is to open.
    pub kind: RoomKind,
    /// For an article its id; for a free document its name: 1 to 128 of `A-Z a-z 0-9 - . _ ~`.
    pub room: String,
    /// What may be done with it.
    pub rights: RoomRights,
    /// Makes a free room that is not there.
    #[serde(default)]
    pub create: bool,
    /// How long it counts, 1 second to 7 days; an hour if it is left out.
    #[serde(default)]
    pub ttl_seconds: Option<u32>,
}

/// A ticket for one room. It counts again and again until it is over, after a restart too; a change
/// of its holder's role, their removal or the end of their login end it earlier.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct RoomTicket {
    /// A secret: `?ticket=` of the address, or the subprotocol `igny8.ticket.<ticket>`.
    pub ticket: String,
    /// Seconds until it is over.
    pub expires_in: u32,
    /// Where the room is: the address's path.
    pub path: String,
    /// The document, as the live socket names it.
    pub document: DocumentId,
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
