//! Who asks, and what they may: tokens, cookies, tickets, and the extractors whose types are the
//! proof of tenant and role (R13).

mod cookie;
mod identity;
mod member;
mod one_time;
mod origin;
mod password;
mod right;
mod room;
mod token;

pub(crate) use cookie::{clear_session, media_cookie, refresh_cookie, refresh_from};
pub(crate) use identity::{Caller, Identity, identify};
pub(crate) use member::{HeldRole, Id, InDocument, InSite, InThread, Member, site_of, standing};
pub(crate) use one_time::OneTime;
pub(crate) use origin::is_allowed as origin_is_allowed;
pub(crate) use password::check as check_password;
pub(crate) use right::*;
pub(crate) use room::{ROOM_TICKET_LIFETIME_MAX, RoomPass, RoomTicketRefused};
pub(crate) use token::{ACCESS_LIFETIME, Audience, RefreshToken, Tokens};
