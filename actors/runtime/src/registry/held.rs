//! What is shared by all who ask for it, and there for as long as somebody holds it.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Weak};

/// What nobody holds any more is forgotten when there are more than so many, at each doubling.
const FORGOTTEN_MAX: usize = 4_096;

/// One of a kind for each key.
#[derive(Debug)]
pub struct Held<K, V>(Mutex<HashMap<K, Weak<V>>>);

impl<K, V> Default for Held<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + Eq + Hash, V> Held<K, V> {
    /// The one of this key, made if nobody holds it.
    pub fn of(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let mut held = self.0.lock();
        if let Some(value) = held.get(&key).and_then(Weak::upgrade) {
            return value;
        }
        if held.len() > FORGOTTEN_MAX && held.len().is_power_of_two() {
            held.retain(|_, value| value.strong_count() > 0);
        }
        let value = Arc::new(make());
        held.insert(key, Arc::downgrade(&value));
        value
    }

    /// All that are held, in no order.
    pub fn all(&self) -> Vec<(K, Arc<V>)> {
        let held = self.0.lock();
        held.iter().filter_map(|(key, value)| Some((*key, value.upgrade()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_for_each_key_while_it_is_held() {
        let held = Held::default();
        let one = held.of(1, || "first");
        assert_eq!("first", *held.of(1, || "second"));
        assert_eq!(1, held.all().len());
        drop(one);
        assert!(held.all().is_empty());
        assert_eq!("third", *held.of(1, || "third"));
    }
}
