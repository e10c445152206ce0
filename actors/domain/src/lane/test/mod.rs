//! The board against slow, obvious models.

mod board;
mod breaker;
mod bucket;
mod budget;
mod fair;
mod health;
mod price;
mod route;

use super::*;
use igny8_protocol_ids::{SiteId, TenantId, Timestamp};
use uuid::Uuid;

fn tenant(number: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(number))
}

fn site(number: u128) -> SiteId {
    SiteId::from_uuid(Uuid::from_u128(number))
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + millis)
}

fn lane(model: &str) -> LaneKey {
    LaneKey { provider: "platform".to_owned(), model: model.to_owned(), owner: None, key: 0 }
}
