//! Keyword files of any length: the same rows each time.

use std::fmt::Write;

const TOPICS: [&str; 40] = [
    "standing desk",
    "espresso machine",
    "trail running shoes",
    "air fryer",
    "mountain bike",
    "noise cancelling headphones",
    "sourdough starter",
    "robot vacuum",
    "camping tent",
    "yoga mat",
    "electric kettle",
    "solar panel",
    "raised garden bed",
    "mechanical keyboard",
    "cast iron pan",
    "dog harness",
    "baby stroller",
    "water filter",
    "memory foam mattress",
    "wireless router",
    "hiking backpack",
    "sewing machine",
    "acoustic guitar",
    "telescope",
    "dehumidifier",
    "inflatable kayak",
    "rice cooker",
    "ergonomic chair",
    "snow boots",
    "compost bin",
    "cordless drill",
    "fish tank",
    "bread knife",
    "digital camera",
    "rowing machine",
    "car battery charger",
    "wool blanket",
    "video doorbell",
    "pressure washer",
    "chess board",
];
const QUESTIONS: [&str; 25] = [
    "best",
    "cheap",
    "compact",
    "quiet",
    "how to clean a",
    "how to choose a",
    "how to repair a",
    "used",
    "lightweight",
    "professional",
    "compare",
    "review of",
    "buy",
    "rent a",
    "portable",
    "what size",
    "how long lasts a",
    "durable",
    "small",
    "large",
    "how to store a",
    "top rated",
    "affordable",
    "premium",
    "sustainable",
];
const AUDIENCES: [&str; 10] = [
    "beginners",
    "small homes",
    "students",
    "seniors",
    "families",
    "travel",
    "winter",
    "gifts",
    "experts",
    "offices",
];
/// How many topics there are; each gives 250 keywords.
pub(crate) const TOPICS_MAX: usize = TOPICS.len();
/// Topics beyond those, of words that no language has and no two of them share.
const MADE_UP: usize = 100;

fn topic(number: usize) -> String {
    const ONSETS: [&str; 10] =
        ["bra", "dro", "fli", "gru", "kle", "plo", "sca", "tri", "vlu", "zne"];
    const ENDS: [&str; 10] =
        ["bund", "cask", "dorf", "fenk", "gilt", "hamp", "jolm", "kurp", "lisk", "morn"];
    match TOPICS.get(number) {
        Some(topic) => (*topic).to_owned(),
        None => {
            let (onset, end) = (number / ENDS.len() % ONSETS.len(), number % ENDS.len());
            let (onset, end) = (ONSETS[onset], ENDS[end]);
            format!("{onset}{end}{onset} {end}{onset}{end}")
        }
    }
}

/// A CSV file of so many keywords, no two alike, about so many topics in turn; beyond
/// [`TOPICS_MAX`] there are [`MADE_UP`] more.
pub(crate) fn csv(rows: usize, topics: usize) -> Vec<u8> {
    assert!(topics <= TOPICS_MAX + MADE_UP, "{topics} topics are not to be had");
    let mut file = "Keyword,Volume,Difficulty,CPC\n".to_owned();
    for row in 0..rows {
        let topic = topic(row % topics);
        let question = QUESTIONS[row / topics % QUESTIONS.len()];
        let audience = AUDIENCES[row / (topics * QUESTIONS.len())];
        let (volume, difficulty, cents) = (10 + row % 5_000, row % 100, 10 + row % 90);
        writeln!(file, "{question} {topic} for {audience},{volume},{difficulty},1.{cents}")
            .expect("a string takes everything");
    }
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn rows_are_distinct() {
        let file = String::from_utf8(csv(10_000, TOPICS_MAX)).unwrap();
        let keywords: HashSet<_> =
            file.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!(keywords.len(), 10_000);
        let topics: HashSet<_> = (0..TOPICS_MAX + MADE_UP).map(topic).collect();
        assert_eq!(topics.len(), TOPICS_MAX + MADE_UP);
    }
}
