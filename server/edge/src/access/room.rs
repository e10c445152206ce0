//! Room tickets: for Yjs clients that nobody here wrote. They reconnect with the same address for as
//! long as it counts, so a ticket is signed rather than kept, and every use looks at its holder anew.

use super::token::{ALGORITHM, ISSUER, Tokens};
use crate::state::TicketHolder;
use igny8_protocol_ids::{AccountId, DocumentId, SessionId, SiteId, TenantId, Timestamp};
use igny8_protocol_wire::rest::auth::RoomKind;
use jsonwebtoken::Header;
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub(super) const AUDIENCE: &str = "igny8-room";
/// A ticket counts at most so long: it stands in addresses, which leak more easily than headers.
pub(crate) const ROOM_TICKET_LIFETIME_MAX: Duration = Duration::from_hours(24 * 7);

/// What a ticket opens, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RoomPass {
    #[serde(rename = "sub")]
    pub account: AccountId,
    #[serde(rename = "sid")]
    pub session: SessionId,
    pub tenant: TenantId,
    pub site: SiteId,
    pub document: DocumentId,
    pub kind: RoomKind,
    /// The room's name in the address.
    pub room: String,
    pub writable: bool,
    /// When the holder's role had last changed: a later change ends the ticket.
    pub member_since: Timestamp,
    /// When it is over, in seconds.
    #[serde(rename = "exp")]
    pub ends_at: i64,
}

impl RoomPass {
    pub(crate) const fn holder(&self) -> TicketHolder {
        TicketHolder { account: self.account, session: self.session, tenant: self.tenant }
    }
    /// What is left of it.
    pub(crate) fn left(&self, now: Timestamp) -> Duration {
        let left = self.ends_at.saturating_mul(1000).saturating_sub(now.as_millis());
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    #[serde(flatten)]
    pass: RoomPass,
}

/// Why a ticket opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoomTicketRefused {
    /// Not signed by us, or no ticket for rooms.
    NotOurs,
    /// Its time is over.
    Over,
    /// It is for another room.
    OtherRoom,
}

impl Tokens {
    pub(crate) fn seal_room(&self, pass: RoomPass) -> String {
        let claims = Claims { iss: ISSUER.to_owned(), aud: AUDIENCE.to_owned(), pass };
        jsonwebtoken::encode(&Header::new(ALGORITHM), &claims, &self.encoding)
            .expect("plain claims are encoded and signed with a key of the right family")
    }

    /// What a ticket opens, if it is for this room and counts now.
    pub(crate) fn open_room(
        &self,
        now: Timestamp,
        ticket: &str,
        room: &str,
    ) -> Result<RoomPass, RoomTicketRefused> {
        let claims = jsonwebtoken::decode::<Claims>(ticket, &self.decoding, &self.room)
            .map_err(|_| RoomTicketRefused::NotOurs)?;
        let pass = claims.claims.pass;
        if pass.left(now).is_zero() {
            return Err(RoomTicketRefused::Over);
        }
        if pass.room != room {
            return Err(RoomTicketRefused::OtherRoom);
        }
        Ok(pass)
    }
}

#[cfg(test)]
mod tests {
    use super::super::identity::Caller;
    use super::super::token::Audience;
    use super::*;
    use secrecy::SecretSlice;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn tokens(key: u8) -> Tokens {
        Tokens::new(&SecretSlice::from(vec![key; 32]))
    }

    fn pass() -> RoomPass {
        RoomPass {
            account: AccountId::new(NOW, [1; 10]),
            session: SessionId::new(NOW, [2; 10]),
            tenant: TenantId::new(NOW, [3; 10]),
            site: SiteId::new(NOW, [4; 10]),
            document: DocumentId::new(NOW, [5; 10]),
            kind: RoomKind::Free,
            room: "board".to_owned(),
            writable: true,
            member_since: NOW,
            ends_at: 1_060,
        }
    }

    #[test]
    fn a_room_ticket_counts_again_and_again_until_it_is_over() {
        let ticket = tokens(7).seal_room(pass());
        for _ in 0..2 {
            assert_eq!(Ok(pass()), tokens(7).open_room(NOW, &ticket, "board"));
        }
        let last = NOW.plus(Duration::from_secs(59));
        assert_eq!(Ok(pass()), tokens(7).open_room(last, &ticket, "board"));
        let over = NOW.plus(Duration::from_secs(60));
        assert_eq!(Err(RoomTicketRefused::Over), tokens(7).open_room(over, &ticket, "board"));
    }

    #[test]
    fn a_room_ticket_opens_its_own_room_alone() {
        let ticket = tokens(7).seal_room(pass());
        let other = tokens(7).open_room(NOW, &ticket, "Board");
        assert_eq!(Err(RoomTicketRefused::OtherRoom), other);
        let not_ours = Err(RoomTicketRefused::NotOurs);
        assert_eq!(not_ours, tokens(8).open_room(NOW, &ticket, "board"));
        assert_eq!(not_ours, tokens(7).open_room(NOW, &ticket[1..], "board"));
        assert_eq!(not_ours, tokens(7).open_room(NOW, "", "board"));
    }

    #[test]
    fn a_room_ticket_is_no_access_token_and_the_other_way_round() {
        let (tokens, pass) = (tokens(7), pass());
        let caller = Caller { account: pass.account, session: pass.session };
        let ticket = tokens.seal_room(pass);
        assert_eq!(None, tokens.check(Audience::Api, NOW, &ticket));
        assert_eq!(None, tokens.check(Audience::Media, NOW, &ticket));
        let access = tokens.issue(Audience::Api, NOW, caller);
        assert_eq!(Err(RoomTicketRefused::NotOurs), tokens.open_room(NOW, &access, "board"));
    }
}
