//! One distinct type per kind of thing, all of them UUIDs.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        ///
        /// A UUID: a string in JSON and in frames, sixteen bytes in stored records.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema, ts_rs::TS)]
        #[serde(transparent)]
        #[schema(value_type = uuid::Uuid)]
        #[ts(as = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that was made elsewhere (from entropy, a stored row or a request).
            pub const fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            /// The bare UUID.
            pub const fn uuid(self) -> Uuid { self.0 }
            /// Builds a version 7 UUID (sortable by time) from a time and 80 bits of chance.
            /// Both are arguments, so that a run can be repeated (R15).
            pub fn new(now: crate::Timestamp, chance: [u8; 10]) -> Self {
                let millis = u64::try_from(now.as_millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &chance).into_uuid())
            }
            /// The time that it was built from; none for a UUID of another version.
            pub fn time(self) -> Option<crate::Timestamp> {
                let (seconds, nanos) = self.0.get_timestamp()?.to_unix();
                let millis = seconds.checked_mul(1_000)?.checked_add(u64::from(nanos) / 1_000_000)?;
                i64::try_from(millis).ok().map(crate::Timestamp::from_millis)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text).map(Self) }
        }
    )+};
}

typed_id! {
    /// A person: password and sessions. May belong to several tenants.
    AccountId,
    /// The unit of billing and isolation.
    TenantId,
    /// A WordPress installation and all its content work.
    SiteId,
    /// A keyword of a site.
    KeywordId,
    /// A cluster of keywords.
    ClusterId,
    /// A content idea.
    IdeaId,
    /// One item of work in a site's queue.
    TaskId,
    /// Many tasks of a site that were asked for at once.
    BatchId,
    /// A draft, edited together.
    DocumentId,
    /// A generated or uploaded image.
    ImageId,
    /// One AI author's work in a document.
    RunId,
    /// A kept state of a document.
    VersionId,
    /// What was said about one place of a document.
    ThreadId,
    /// One thing that was said in a thread.
    CommentId,
    /// Credits that arrived: a plan period, a top-up, a promotion.
    GrantId,
    /// Credits set aside for one task.
    HoldId,
    /// A movement of credits between a tenant and a site's slice.
    TransferId,
    /// One login of an account: a family of rotating refresh tokens.
    SessionId,
}
