//! Answers that are known already: by tenant, model, parameters and prompt, in memory.

use igny8_actors_domain::lane::UsageSum;
use igny8_protocol_ids::TenantId;
use igny8_storage_api::BlobHash;
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Answers kept for one tenant: a site's work of a day, in which the same is asked again.
const PER_TENANT_MAX: usize = 256;
/// Bytes of all answers of this node.
const BYTES_MAX: usize = 32 << 20;

/// What makes two questions the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct AnswerKey([u8; 32]);

impl AnswerKey {
    /// Of everything that the model would be told, each part by its length.
    pub(crate) fn of(parts: &[&str]) -> Self {
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(BlobHash::of(&bytes).0)
    }
}

struct Known {
    text: Arc<str>,
    used: UsageSum,
    /// When it was used last, by the count of uses.
    used_at: u64,
}

#[derive(Default)]
struct State {
    known: HashMap<(TenantId, AnswerKey), Known>,
    /// By use, the oldest first.
    by_use: BTreeMap<u64, (TenantId, AnswerKey)>,
    of_tenant: HashMap<TenantId, usize>,
    bytes: usize,
    uses: u64,
}

impl State {
    fn remove(&mut self, place: (TenantId, AnswerKey)) {
        let Some(known) = self.known.remove(&place) else { return };
        self.by_use.remove(&known.used_at);
        self.bytes -= known.text.len();
        if let Some(count) = self.of_tenant.get_mut(&place.0) {
            *count -= 1;
            if *count == 0 {
                self.of_tenant.remove(&place.0);
            }
        }
    }

    fn oldest_of(&self, tenant: TenantId) -> Option<(TenantId, AnswerKey)> {
        self.by_use.values().find(|(owner, _)| *owner == tenant).copied()
    }
}

/// The answers of this node. The least recently used go.
#[derive(Default)]
pub(crate) struct KnownAnswers {
    state: Mutex<State>,
}

impl KnownAnswers {
    /// An answer that was given before, and what it had used then.
    pub(crate) fn get(&self, tenant: TenantId, key: AnswerKey) -> Option<(Arc<str>, UsageSum)> {
        let mut state = self.state.lock();
        state.uses += 1;
        let uses = state.uses;
        let known = state.known.get_mut(&(tenant, key))?;
        let (before, found) = (known.used_at, (known.text.clone(), known.used));
        known.used_at = uses;
        state.by_use.remove(&before);
        state.by_use.insert(uses, (tenant, key));
        Some(found)
    }

    /// Keeps an answer.
    pub(crate) fn put(&self, tenant: TenantId, key: AnswerKey, text: &str, used: UsageSum) {
        if text.len() > BYTES_MAX / 8 {
            return;
        }
        let mut state = self.state.lock();
        state.remove((tenant, key));
        if state.of_tenant.get(&tenant).is_some_and(|count| *count >= PER_TENANT_MAX)
            && let Some(oldest) = state.oldest_of(tenant)
        {
            state.remove(oldest);
        }
        while state.bytes + text.len() > BYTES_MAX
            && let Some(oldest) = state.by_use.values().next().copied()
        {
            state.remove(oldest);
        }
        state.uses += 1;
        let used_at = state.uses;
        state.bytes += text.len();
        *state.of_tenant.entry(tenant).or_default() += 1;
        state.by_use.insert(used_at, (tenant, key));
        state.known.insert((tenant, key), Known { text: text.into(), used, used_at });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn tenant(number: u128) -> TenantId {
        TenantId::from_uuid(Uuid::from_u128(number))
    }

    fn key(number: usize) -> AnswerKey {
        AnswerKey::of(&["model", &number.to_string()])
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(AnswerKey::of(&["ab", "c"]), AnswerKey::of(&["a", "bc"]));
    }

    #[test]
    fn r13_an_answer_is_known_to_its_tenant_alone() {
        let answers = KnownAnswers::default();
        answers.put(tenant(1), key(1), "yes", UsageSum { cost_micros: 7, ..UsageSum::default() });
        let (text, used) = answers.get(tenant(1), key(1)).unwrap();
        assert_eq!((&*text, used.cost_micros), ("yes", 7));
        assert!(answers.get(tenant(2), key(1)).is_none());
    }

    #[test]
    fn r11_the_least_used_go_and_the_bytes_are_bounded() {
        let answers = KnownAnswers::default();
        for number in 0..=PER_TENANT_MAX {
            answers.put(tenant(1), key(number), "x", UsageSum::default());
            answers.get(tenant(1), key(0));
        }
        assert!(answers.get(tenant(1), key(0)).is_some(), "it was used all the time");
        assert!(answers.get(tenant(1), key(1)).is_none());
        let large = "y".repeat(BYTES_MAX / 8);
        for number in 0..20 {
            answers.put(tenant(2), key(number), &large, UsageSum::default());
        }
        let state = answers.state.lock();
        assert!(state.bytes <= BYTES_MAX && state.known.len() == state.by_use.len());
        assert_eq!(state.bytes, state.known.values().map(|known| known.text.len()).sum::<usize>());
    }
}
