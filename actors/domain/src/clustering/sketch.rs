//! What a cluster is called while no model has named it: its pillar keyword, a name made of the
//! words its keywords share, and the intent most of the searches have.

use crate::text::intent::Intent;
use crate::text::{normalize, word};
use std::collections::BTreeMap;

/// Words in a suggested name.
const NAME_WORDS_MAX: usize = 6;
/// Shared words that are enough for a name; a single one ("coffee") tells no cluster from the next.
const SHARED_WORDS_MIN: usize = 2;

/// The offline description of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSketch {
    /// Index of the keyword that the cluster's main page should serve.
    pub pillar: usize,
    /// A name in title case.
    pub suggested_name: String,
    /// The intent of most searches.
    pub intent: Intent,
}

/// Describes a cluster; `None` where there are no keywords. `volumes` may be shorter than
/// `keywords`: what is missing is unknown.
#[must_use]
pub fn describe_cluster(keywords: &[&str], volumes: &[Option<u64>]) -> Option<ClusterSketch> {
    let volume = |index: usize| volumes.get(index).copied().flatten().unwrap_or(0);
    let pillar = pillar(keywords, volume)?;
    Some(ClusterSketch {
        pillar,
        suggested_name: name(keywords, pillar),
        intent: intent(keywords, volume),
    })
}

/// The most searched; of equals the shortest, then the first by letters.
fn pillar(keywords: &[&str], volume: impl Fn(usize) -> u64) -> Option<usize> {
    (0..keywords.len()).min_by_key(|&index| {
        let normalized = normalize(keywords[index]);
        (std::cmp::Reverse(volume(index)), normalized.chars().count(), normalized)
    })
}

/// The pillar's words that at least half of the keywords share, in its order; the whole pillar
/// where they are too few.
fn name(keywords: &[&str], pillar: usize) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for keyword in keywords {
        let normalized = normalize(keyword);
        let mut stems: Vec<_> = word::words(&normalized).into_iter().map(word::stem).collect();
        stems.sort();
        stems.dedup();
        for stem in stems {
            *counts.entry(stem).or_default() += 1;
        }
    }
    let normalized = normalize(keywords[pillar]);
    let words = word::words(&normalized);
    let shared = |word: &&str| {
        let count = counts.get(&word::stem(word)).copied().unwrap_or(0);
        !word::is_light_word(word) && count * 2 >= keywords.len()
    };
    let mut kept: Vec<&str> = Vec::new();
    for word in words.iter().copied().filter(|word| shared(word)) {
        if !kept.contains(&word) {
            kept.push(word);
        }
    }
    let chosen = if kept.len() < SHARED_WORDS_MIN { &words } else { &kept };
    let title: Vec<String> = chosen.iter().take(NAME_WORDS_MAX).map(|word| title(word)).collect();
    if title.is_empty() { normalized } else { title.join(" ") }
}

fn title(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + characters.as_str()
}

/// By searches, a keyword of unknown volume counting as one; marked keywords decide, and where
/// none is marked the searchers want to learn.
fn intent(keywords: &[&str], volume: impl Fn(usize) -> u64) -> Intent {
    let mut votes: BTreeMap<Intent, u64> = BTreeMap::new();
    for (index, keyword) in keywords.iter().enumerate() {
        if Intent::is_marked(keyword) {
            let vote = votes.entry(Intent::guess(keyword)).or_default();
            *vote = vote.saturating_add(volume(index).max(1));
        }
    }
    let most = votes.into_iter().max_by_key(|(intent, votes)| (*votes, std::cmp::Reverse(*intent)));
    most.map_or(Intent::Informational, |(intent, _)| intent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_the_shared_words_and_takes_the_strongest_as_pillar() {
        let keywords =
            ["espresso machine cleaning", "best espresso machine", "espresso machines under 500"];
        let sketch = describe_cluster(&keywords, &[Some(10), Some(900), None]).unwrap();
        assert_eq!(sketch.pillar, 1);
        assert_eq!(sketch.suggested_name, "Espresso Machine");
        assert_eq!(sketch.intent, Intent::Commercial);
    }

    #[test]
    fn names_are_neither_one_common_word_nor_phrasing() {
        let name =
            |keywords: &[&str]| describe_cluster(keywords, &[Some(1)]).unwrap().suggested_name;
        assert_eq!(
            name(&["flat white vs latte", "flat white milk", "cortado vs flat white"]),
            "Flat White"
        );
        assert_eq!(name(&["coffee bar ideas", "coffee jitters"]), "Coffee Bar Ideas");
        assert_eq!(name(&["low acid coffee acid reflux"]), "Low Acid Coffee Reflux");
    }

    #[test]
    fn one_keyword_names_itself_and_none_names_nothing() {
        let sketch = describe_cluster(&["élan vital"], &[]).unwrap();
        assert_eq!(sketch.suggested_name, "Élan Vital");
        assert_eq!(sketch.intent, Intent::Informational);
        assert_eq!(describe_cluster(&[], &[]), None);
        assert!(describe_cluster(&["?!"], &[]).is_some());
    }
}
