//! What an account stores.

use crate::role::Role;
use igny8_protocol_ids::{AccountId, SessionId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A password's hash as a PHC string. It never shows in logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordDigest(pub String);

impl std::fmt::Debug for PasswordDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordDigest(…)")
    }
}

/// The hash of a refresh token: the token itself is only with its holder.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RefreshHash(pub [u8; 32]);

impl std::fmt::Debug for RefreshHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshHash(…)")
    }
}

/// The person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCard {
    /// Id.
    pub id: AccountId,
    /// Address, in the form in which it is claimed.
    pub email: String,
    /// Name.
    pub name: String,
    /// Password.
    pub password: PasswordDigest,
    /// Since when.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A tenant that the person belongs to. The tenant's own list decides; this one leads there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Which tenant.
    pub tenant: TenantId,
    /// As what.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// When the role last changed.
    pub updated_at: Timestamp,
}

/// One login: a family of refresh tokens, of which only the newest counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The newest token.
    pub refresh: RefreshHash,
    /// Tokens that were used, the newest last, at most [`Session::USED_MAX`].
    pub used: Vec<RefreshHash>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When a token was last used.
    pub used_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// How long it lives without use.
    pub idle: Duration,
}

impl Session {
    /// Used tokens that are remembered. One that is older is refused like any wrong one; it
    /// just does not close the family any more.
    pub const USED_MAX: usize = 32;

    /// When it ends if it is not used.
    pub fn ends_at(&self) -> Timestamp {
        self.expires_at.min(self.used_at.plus(self.idle))
    }
}

/// What an account stores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountRecord {
    /// The person.
    Card(AccountCard),
    /// A tenant they belong to.
    Membership(Membership),
    /// A login.
    Session(Session),
}
