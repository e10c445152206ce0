//! What a tenant says to its sites and to people's accounts: through the outbox, once each (R4).

use crate::ledger::Part;
use crate::role::Role;
use igny8_protocol_ids::{AccountId, TenantId, Timestamp, TransferId};
use serde::{Deserialize, Serialize};

/// What a tenant tells one of its sites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SiteMessage {
    /// The site begins. Repeated, it changes nothing.
    Create {
        /// Whose it is.
        tenant: TenantId,
        /// Its name.
        name: String,
        /// The language of its content, as a tag such as `en` or `pt-BR`.
        language: String,
        /// How its articles sound; may be empty.
        brand_voice: String,
    },
    /// The answer to the site's request for credits: to be received under the transfer's id.
    ReceiveCredits {
        /// The request.
        transfer: TransferId,
        /// What arrives, for `Ledger::receive`.
        parts: Vec<Part>,
        /// The shipment's number; 0 if it was sent before they were numbered.
        #[serde(default)]
        number: u64,
    },
    /// The tenant has not enough, even after it recalled what other sites did not use.
    CreditsRefused {
        /// The request.
        transfer: TransferId,
    },
    /// The tenant refused a request, and has credits again.
    CreditsAvailable,
    /// Report what the slice has used, now and from now on; or no longer.
    Watch {
        /// Whether to.
        is_watched: bool,
    },
    /// Send back all credits that are not held, by a `ReturnSlice` with this id; also when there
    /// are none: the tenant waits for the answer, two seconds at most.
    Recall {
        /// The id of the return.
        transfer: TransferId,
    },
    /// Hold all work of the site up, or let it go on.
    PauseQueue {
        /// Who wants it.
        by: Option<AccountId>,
        /// Since when; absent lets it go on.
        since: Option<Timestamp>,
    },
    /// The tenant's models or their budget are others now: what they held up tries again.
    ModelsChanged,
}

/// What a tenant tells a person's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountMessage {
    /// The person is a member, with this role now.
    Join {
        /// Of which tenant.
        tenant: TenantId,
        /// With what role.
        role: Role,
    },
    /// The person is no longer a member.
    Leave {
        /// Of which tenant.
        tenant: TenantId,
    },
}
