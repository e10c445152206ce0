//! What a witness of the store needs to understand what actors wrote (tests only).

use crate::entity::{Replies, record_key};
use igny8_actors_domain::Entity;
use igny8_storage_api::RecordKey;

/// A record of an entity; `None` if it is a kept reply.
pub fn record<E: Entity>(key: &[u8], value: &[u8]) -> Option<E::Record> {
    (!Replies::owns(key)).then(|| decode(value))
}

/// An effect in the outbox.
pub fn effect<E: Entity>(body: &[u8]) -> E::Effect {
    decode(body)
}

/// The key of the record that keeps the reply to a request with this idempotency key.
pub fn reply_key(idempotency_key: &str) -> RecordKey {
    record_key(idempotency_key)
}

fn decode<T: serde::de::DeserializeOwned>(body: &[u8]) -> T {
    crate::entity::decode("a test", body).expect("actors write what they can read")
}
