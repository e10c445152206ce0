//! The offline embedder: the words and letters of a keyword, hashed. It knows no meaning
//! ("espresso" is not near "coffee"), but which keywords share words, stems and spelling, which
//! is most of what groups keywords; and it gives the same numbers on every machine.

use super::distance::dot;
use crate::text::{normalize, word};

/// Length of the vectors. Two unrelated keywords of a few dozen features are then about
/// 1/√384 = 0.05 off from unrelated.
pub const DIMENSIONS: usize = 384;

/// A word by its stem.
const WORD_WEIGHT: f32 = 1.0;
/// A stop word, a question word or a marker of intent names no topic.
const LIGHT_WEIGHT: f32 = 0.25;
/// Two neighbouring words.
const PAIR_WEIGHT: f32 = 0.4;
/// A piece of 3 to 5 letters, for all pieces of a word together: spelling counts less than words.
const LETTERS_WEIGHT: f32 = 0.5;
/// Letters in a piece.
const PIECES: std::ops::RangeInclusive<usize> = 3..=5;

/// The embedding of a keyword: [`DIMENSIONS`] numbers of unit length, all zero where the text has
/// no words.
#[must_use]
pub fn hashed_embedding(text: &str) -> Vec<f32> {
    let normalized = normalize(text);
    let words = word::words(&normalized);
    let stems: Vec<String> = words.iter().map(|word| word::stem(word)).collect();
    let mut vector = vec![0.0_f32; DIMENSIONS];
    for (word, stem) in words.iter().zip(&stems) {
        let weight = weight(word);
        add(&mut vector, &[b"w", stem.as_bytes()], WORD_WEIGHT * weight);
        add_letters(&mut vector, stem, LETTERS_WEIGHT * weight);
    }
    for (pair, words) in stems.windows(2).zip(words.windows(2)) {
        let weight = PAIR_WEIGHT * weight(words[0]).min(weight(words[1]));
        add(&mut vector, &[b"p", pair[0].as_bytes(), pair[1].as_bytes()], weight);
    }
    let length = dot(&vector, &vector).sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|number| *number /= length);
    }
    vector
}

fn weight(word: &str) -> f32 {
    if word::is_light_word(word) { LIGHT_WEIGHT } else { 1.0 }
}

/// The pieces of a word with its borders marked, so that beginnings and ends differ from middles.
fn add_letters(vector: &mut [f32], stem: &str, weight: f32) {
    let marked: Vec<char> = std::iter::once('<').chain(stem.chars()).chain(Some('>')).collect();
    let pieces: usize = PIECES.map(|size| (marked.len() + 1).saturating_sub(size)).sum();
    if pieces == 0 {
        return;
    }
    // Pieces are nearly independent directions: their squares add up.
    let each = weight / (pieces as f32).sqrt();
    for size in PIECES {
        for piece in marked.windows(size) {
            let piece: String = piece.iter().collect();
            add(vector, &[b"c", piece.as_bytes()], each);
        }
    }
}

/// Adds a feature at the place and with the sign that its hash says.
fn add(vector: &mut [f32], parts: &[&[u8]], weight: f32) {
    let hash = hash(parts);
    let place = (hash % DIMENSIONS as u64) as usize;
    vector[place] += if hash >> 63 == 0 { weight } else { -weight };
}

/// FNV-1a of 64 bits over the parts and a border after each, then mixed as SplitMix64 does: FNV
/// alone leaves the high bits of short inputs alike. Stored vectors rely on it: never change it.
fn hash(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for part in parts {
        for byte in part.iter().chain(&[0xFF]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearness(a: &str, b: &str) -> f32 {
        dot(&hashed_embedding(a), &hashed_embedding(b))
    }

    #[test]
    fn unit_length_and_the_same_for_equal_texts() {
        let vector = hashed_embedding("Cold  Brew Coffee");
        assert_eq!(vector.len(), DIMENSIONS);
        assert!((dot(&vector, &vector) - 1.0).abs() < 1e-5);
        assert_eq!(vector, hashed_embedding("cold brew coffee"));
        assert!(hashed_embedding("").iter().all(|number| *number == 0.0));
    }

    #[test]
    fn the_hash_never_changes() {
        assert_eq!(hash(&[b"w", b"coffee"]), HASH_OF_COFFEE);
    }

    #[test]
    fn shared_words_are_nearer_than_shared_phrasing() {
        let same = nearness("best espresso machine", "espresso machines under 500");
        let phrasing = nearness("best espresso machine", "best running shoes");
        assert!(same > 0.4 && phrasing < 0.2, "{same} {phrasing}");
        assert!(nearness("brewing coffee", "coffee brew") > 0.6);
    }

    /// FNV-1a 64 and the SplitMix64 finaliser, worked out apart from this code.
    const HASH_OF_COFFEE: u64 = 0xA13A_34DE_F730_6CAE;
}
