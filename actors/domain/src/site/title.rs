//! Which titles a site has: a model repeats itself, and each idea that it repeats is dropped.

use crate::text;
use std::collections::BTreeMap;

/// What two titles must not share.
pub(super) fn title_key(title: &str) -> String {
    text::merge_key(&text::normalize(title))
}

/// How many ideas and documents have each title. An idea and its document share one.
#[derive(Debug, Default)]
pub(super) struct TitleIndex(BTreeMap<String, u32>);

impl TitleIndex {
    pub(super) fn add(&mut self, title: &str) {
        *self.0.entry(title_key(title)).or_default() += 1;
    }
    pub(super) fn remove(&mut self, title: &str) {
        let key = title_key(title);
        if let Some(count) = self.0.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&key);
            }
        }
    }
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_goes_with_the_last_that_has_it() {
        let mut titles = TitleIndex::default();
        titles.add("How to brew tea");
        titles.add("how to  brew TEA");
        titles.remove("How to brew tea");
        assert!(titles.has(&title_key("How to Brew Tea")));
        titles.remove("How to brew tea");
        assert!(!titles.has(&title_key("How to Brew Tea")));
    }
}
