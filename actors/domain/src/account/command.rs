//! What can be asked of an account, what it answers, what it tells and what it causes.

use super::record::{AccountCard, Membership, PasswordDigest, RefreshHash, Session};
use crate::role::Role;
use crate::tenant::Plan;
use igny8_protocol_ids::{AccountId, Credits, SessionId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The tenant that begins with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstTenant {
    /// Its id.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// Credits to begin with.
    pub demo_credits: Option<Credits>,
}

/// What can be asked of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountCommand {
    /// Begin. The address was claimed before. Repeated, it changes nothing.
    Register {
        /// Its id.
        id: AccountId,
        /// The person's address.
        email: String,
        /// Their name.
        name: String,
        /// Their password.
        password: PasswordDigest,
        /// The tenant that begins with it, if any: its creation is an effect.
        tenant: Option<FirstTenant>,
    },
    /// The person logged in. The oldest session closes if there are too many.
    OpenSession {
        /// Its id.
        session: SessionId,
        /// Its first refresh token.
        refresh: RefreshHash,
        /// When it ends at the latest.
        expires_at: Timestamp,
        /// How long it lives without use.
        idle: Duration,
    },
    /// A refresh token is given for the next. A used one closes the session: it was stolen, from
    /// the person or from the thief.
    RotateRefresh {
        /// Of which session.
        session: SessionId,
        /// The token that is given.
        presented: RefreshHash,
        /// The token that counts from now on.
        next: RefreshHash,
    },
    /// Log out here.
    CloseSession {
        /// Which.
        session: SessionId,
    },
    /// Log out everywhere.
    CloseAllSessions,
    /// Take another password; all other sessions close.
    SetPassword {
        /// The password.
        password: PasswordDigest,
        /// The session in which it was changed stays open.
        keep: Option<SessionId>,
    },
    /// A tenant says that the person belongs to it now, or has another role.
    Join {
        /// Which.
        tenant: TenantId,
        /// As what.
        role: Role,
    },
    /// A tenant says that the person belongs to it no longer.
    Leave {
        /// Which.
        tenant: TenantId,
    },
    /// It is time: sessions end.
    Tick,
}

/// What an account answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountReply {
    /// Done.
    Done,
    /// The person.
    Account(AccountCard),
    /// The session is open, or its token was rotated.
    Session(Session),
    /// The token had been used before: the whole session is closed now, and that is committed.
    /// The person must log in again and should be told.
    TokenReused {
        /// Which session.
        session: SessionId,
    },
}

/// Why a session closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionEnd {
    /// The person logged out.
    LoggedOut,
    /// It was not used for too long, or its time was over.
    Expired,
    /// A used token came again.
    TokenReused,
    /// Another login took its place.
    TooMany,
    /// The password was changed.
    PasswordChanged,
}

/// What an account tells. Sockets close on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountEvent {
    /// A session is closed: its access tokens and sockets count no longer.
    SessionClosed {
        /// Which.
        session: SessionId,
        /// Why.
        reason: SessionEnd,
    },
    /// The person joined a tenant or has another role there.
    Joined(Membership),
    /// The person left a tenant.
    Left {
        /// Which.
        tenant: TenantId,
    },
}

/// What an account causes (R4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountEffect {
    /// Create the person's first tenant: `TenantCommand::Create` with these as owner.
    CreateTenant {
        /// The tenant.
        tenant: FirstTenant,
        /// Its owner.
        owner: AccountId,
        /// Their address.
        owner_email: String,
        /// Their name.
        owner_name: String,
    },
}
