//! Secrets that count once: tickets for sockets, codes of login links. In memory: a restart ends
//! them, and whoever held one asks again.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use igny8_protocol_ids::Timestamp;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::time::Duration;

/// A bounded set of single-use secrets. It keeps hashes, so that a dump of memory opens nothing.
pub(crate) struct OneTime<T> {
    lifetime: Duration,
    count_max: usize,
    entries: Mutex<HashMap<[u8; 32], (Timestamp, T)>>,
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl<T> OneTime<T> {
    pub(crate) fn new(lifetime: Duration, count_max: usize) -> Self {
        Self { lifetime, count_max, entries: Mutex::new(HashMap::new()) }
    }

    /// A new secret from 256 random bits; `None` if too many are open.
    pub(crate) fn issue(&self, now: Timestamp, chance: &[u8; 32], value: T) -> Option<String> {
        let mut entries = self.entries.lock();
        if entries.len() >= self.count_max {
            entries.retain(|_, (ends_at, _)| *ends_at > now);
        }
        if entries.len() >= self.count_max {
            return None;
        }
        let text = URL_SAFE_NO_PAD.encode(chance);
        entries.insert(hash(&text), (now.plus(self.lifetime), value));
        Some(text)
    }

    /// What a secret stands for; it does so once.
    pub(crate) fn redeem(&self, now: Timestamp, text: &str) -> Option<T> {
        let (ends_at, value) = self.entries.lock().remove(&hash(text))?;
        (ends_at > now).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);
    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_secret_counts_once_and_for_its_time() {
        let store = OneTime::new(MINUTE, 10);
        let text = store.issue(NOW, &[1; 32], 7).unwrap();
        assert_eq!(Some(7), store.redeem(NOW, &text));
        assert_eq!(None, store.redeem(NOW, &text));
        let text = store.issue(NOW, &[1; 32], 7).unwrap();
        assert_eq!(None, store.redeem(NOW.plus(MINUTE), &text));
    }

    #[test]
    fn r11_a_full_store_refuses_until_some_are_over() {
        let store = OneTime::new(MINUTE, 2);
        assert!(store.issue(NOW, &[1; 32], ()).is_some());
        assert!(store.issue(NOW, &[2; 32], ()).is_some());
        assert!(store.issue(NOW, &[3; 32], ()).is_none());
        assert!(store.issue(NOW.plus(MINUTE), &[3; 32], ()).is_some());
    }
}
