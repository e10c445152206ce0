//! Replies kept for repeated requests: the same key gives the same answer, once (R4).

use super::codec::{decode, encode};
use igny8_protocol_ids::Timestamp;
use igny8_storage_api::{RecordKey, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Replies are kept so long …
const LIFETIME: Duration = Duration::from_hours(24);
/// … and at most so many per entity; the oldest go first.
const KEPT_MAX: usize = 4_096;
/// The first byte of their record keys: the core's own keys begin with small numbers.
const KEY_PREFIX: u8 = 0xFE;

/// The client's key of a request, and what the request was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The client's key, scoped by route.
    pub key: String,
    /// A hash of the request: the same key with another request is refused.
    pub fingerprint: [u8; 32],
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    key: String,
    fingerprint: [u8; 32],
    at: Timestamp,
    reply: Vec<u8>,
}

/// What is known of a key.
pub(crate) enum Known<R> {
    /// Nothing.
    New,
    /// The same request was answered with this.
    Answered(R),
    /// Another request used the key.
    Reused,
}

#[derive(Debug, Default)]
pub(crate) struct Replies {
    kept: BTreeMap<String, Kept>,
    order: VecDeque<(Timestamp, String)>,
}

pub(crate) fn record_key(key: &str) -> RecordKey {
    let mut bytes = vec![KEY_PREFIX];
    bytes.extend_from_slice(igny8_storage_api::BlobHash::of(key.as_bytes()).0.as_slice());
    bytes.into()
}

impl Replies {
    pub(crate) fn owns(key: &[u8]) -> bool {
        key.first() == Some(&KEY_PREFIX)
    }
    pub(crate) fn load(
        &mut self,
        place: impl std::fmt::Display,
        body: &[u8],
    ) -> Result<(), StoreError> {
        let kept: Kept = decode(place, body)?;
        self.order.push_back((kept.at, kept.key.clone()));
        self.kept.insert(kept.key.clone(), kept);
        Ok(())
    }
    /// To be called once after loading: records come in the order of their hashes.
    pub(crate) fn sort(&mut self) {
        self.order.make_contiguous().sort();
    }
    pub(crate) fn known<R: serde::de::DeserializeOwned>(&self, request: &Idempotency) -> Known<R> {
        match self.kept.get(&request.key) {
            None => Known::New,
            Some(kept) if kept.fingerprint != request.fingerprint => Known::Reused,
            Some(kept) => decode("a kept reply", &kept.reply).map_or(Known::New, Known::Answered),
        }
    }
    /// Keeps a reply: the record to write, and the keys of those that are too old.
    pub(crate) fn keep<R: Serialize>(
        &mut self,
        now: Timestamp,
        request: Idempotency,
        reply: &R,
    ) -> ((RecordKey, bytes::Bytes), Vec<RecordKey>) {
        let kept = Kept {
            key: request.key.clone(),
            fingerprint: request.fingerprint,
            at: now,
            reply: encode(reply).to_vec(),
        };
        let record = (record_key(&request.key), encode(&kept));
        self.order.push_back((now, request.key.clone()));
        self.kept.insert(request.key, kept);
        let mut dropped = Vec::new();
        while let Some((at, _)) = self.order.front()
            && (self.order.len() > KEPT_MAX || now.since(*at) > LIFETIME)
        {
            if let Some((_, key)) = self.order.pop_front() {
                self.kept.remove(&key);
                dropped.push(record_key(&key));
            }
        }
        (record, dropped)
    }
}
