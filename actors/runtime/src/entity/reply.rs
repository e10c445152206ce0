//! Replies kept for repeated requests: the same key gives the same answer, once (R4).

use super::codec::{decode, encode};
use crate::pack::{pack, unpack};
use igny8_protocol_ids::Timestamp;
use igny8_storage_api::{RecordKey, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Replies are kept so long …
const LIFETIME: Duration = Duration::from_hours(24);
/// … and at most so many per entity; the oldest go first.
const KEPT_MAX: usize = 4_096;
/// Shorter replies are kept as they are.
const PACKED_FROM_BYTES: usize = 1_024;
/// A reply is part of a commit, which cannot be larger.
const REPLY_BYTES_MAX: usize = igny8_storage_api::limits::COMMIT_BYTES_MAX;
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
    /// As bytes; earlier builds wrote it number by number, which is read as well.
    #[serde(with = "serde_bytes")]
    reply: Vec<u8>,
    /// The bytes are packed: a hundred tasks are 50 KB, and there may be thousands of replies.
    #[serde(default)]
    is_packed: bool,
}

impl Kept {
    fn new(request: &Idempotency, at: Timestamp, reply: &[u8]) -> Self {
        let Idempotency { key, fingerprint } = request.clone();
        let packed = (reply.len() > PACKED_FROM_BYTES).then(|| pack(reply).ok()).flatten();
        let is_packed = packed.is_some();
        let reply = packed.unwrap_or_else(|| reply.to_vec());
        Self { key, fingerprint, at, reply, is_packed }
    }
    fn read<R: serde::de::DeserializeOwned>(&self) -> Result<R, StoreError> {
        const PLACE: &str = "a kept reply";
        if !self.is_packed {
            return decode(PLACE, &self.reply);
        }
        let reply = unpack(&self.reply, REPLY_BYTES_MAX).map_err(|error| StoreError::Corrupt {
            place: PLACE.to_owned(),
            reason: error.to_string(),
        })?;
        decode(PLACE, &reply)
    }
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
            Some(kept) => kept.read().map_or(Known::New, Known::Answered),
        }
    }
    /// Keeps a reply: the record to write, and the keys of those that are too old.
    pub(crate) fn keep<R: Serialize>(
        &mut self,
        now: Timestamp,
        request: Idempotency,
        reply: &R,
    ) -> ((RecordKey, bytes::Bytes), Vec<RecordKey>) {
        let kept = Kept::new(&request, now, &encode(reply));
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    /// How replies were written before: each byte a number of its own.
    #[derive(Serialize)]
    struct Earlier {
        key: String,
        fingerprint: [u8; 32],
        at: Timestamp,
        reply: Vec<u8>,
    }

    #[test]
    fn r4_replies_that_earlier_builds_kept_are_answered() {
        let request = Idempotency { key: "k".to_owned(), fingerprint: [7; 32] };
        let text = "\u{e9}".repeat(20);
        let reply = encode(&text).to_vec();
        let (key, at) = (request.key.clone(), Timestamp::from_millis(1));
        let body = encode(&Earlier { key, fingerprint: request.fingerprint, at, reply });
        let mut replies = Replies::default();
        replies.load("a test", &body).unwrap();
        let Known::Answered(answer) = replies.known::<String>(&request) else {
            panic!("forgotten")
        };
        assert_eq!(text, answer);
        let ((_, again), _) = Replies::default().keep(at, request, &answer);
        assert!(again.len() < body.len());
    }

    #[test]
    fn r4_a_long_reply_is_packed_and_answered_as_it_was() {
        let request = Idempotency { key: "k".to_owned(), fingerprint: [7; 32] };
        let reply: Vec<String> = (0..1_000).map(|n| format!("task {n}")).collect();
        let ((_, body), _) =
            Replies::default().keep(Timestamp::from_millis(1), request.clone(), &reply);
        assert!(body.len() < encode(&reply).len() / 2);
        let mut replies = Replies::default();
        replies.load("a test", &body).unwrap();
        let Known::Answered(answer) = replies.known::<Vec<String>>(&request) else {
            panic!("forgotten")
        };
        assert_eq!(reply, answer);
    }
}
