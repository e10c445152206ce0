//! Chance that is settled by a seed: the same request draws the same numbers on every machine.

/// A stream of numbers from a hash. Not for secrets.
pub(super) struct Draw {
    reader: blake3::OutputReader,
}

impl Draw {
    /// Seeds from texts; their borders count, so that ("a", "bc") differs from ("ab", "c").
    pub(super) fn new(parts: &[&str]) -> Self {
        Self { reader: hasher(parts).finalize_xof() }
    }

    /// A number below `end`, which must not be 0. (The bias of the remainder does not matter here.)
    pub(super) fn below(&mut self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.reader.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % end as u64) as usize
    }

    /// One of the items, which must not be empty.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }

    /// Fisher and Yates.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

/// What identifies a request: the first 8 bytes of the hash of its parts.
pub(super) fn fingerprint(parts: &[&str]) -> u64 {
    let hash = hasher(parts).finalize();
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes"))
}

fn hasher(parts: &[&str]) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher
}

/// Patterns dealt without repeating one before all were used.
pub(super) struct Deck {
    cards: &'static [&'static str],
    order: Vec<usize>,
}

impl Deck {
    /// A deck over patterns, of which there must be at least one.
    pub(super) fn new(cards: &'static [&'static str]) -> Self {
        Self { cards, order: Vec::new() }
    }

    /// The next pattern; shuffles anew when all were dealt.
    pub(super) fn deal(&mut self, draw: &mut Draw) -> &'static str {
        if self.order.is_empty() {
            self.order = (0..self.cards.len()).collect();
            draw.shuffle(&mut self.order);
        }
        self.cards[self.order.pop().expect("filled just above")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draw_depends_on_the_borders_of_its_parts() {
        assert_ne!(fingerprint(&["a", "bc"]), fingerprint(&["ab", "c"]));
    }

    #[test]
    fn deck_deals_every_card_before_it_repeats_one() {
        let mut draw = Draw::new(&["seed"]);
        let mut deck = Deck::new(&["a", "b", "c", "d"]);
        let mut dealt: Vec<_> = (0..4).map(|_| deck.deal(&mut draw)).collect();
        dealt.sort_unstable();
        assert_eq!(dealt, ["a", "b", "c", "d"]);
    }
}
