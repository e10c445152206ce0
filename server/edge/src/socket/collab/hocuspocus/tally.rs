//! What one provider counts of its edits, and what it is told so that its count is 0 exactly when
//! all of them are durable.
//!
//! A provider counts edits up and our word that one is durable down, never below 0. It begins at 1
//! whenever it says what it has (step 1), and forgets what it counted before: that 1 is for its
//! answer (step 2) to what we have then.

use std::collections::VecDeque;

/// Of one document on one socket.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Messages that were handed in and counted by the provider, in order: the document's number of
    /// each, and how often it is answered.
    pending: VecDeque<(u32, u32)>,
    /// Answers that come with the next step 2: what it holds includes what they are for.
    owed: u32,
}

impl Tally {
    /// The provider said what it has, and begins to count anew.
    pub(super) fn begin(&mut self) {
        *self = Self { pending: VecDeque::new(), owed: 1 };
    }

    /// An edit was handed in.
    pub(super) fn edited(&mut self, number: u32) {
        self.pending.push_back((number, 1));
    }

    /// A step 2 was handed in.
    pub(super) fn answered(&mut self, number: u32) {
        let answers = std::mem::take(&mut self.owed);
        if answers > 0 {
            self.pending.push_back((number, answers));
        }
    }

    /// Edits up to this number are durable: how often the provider is told so.
    pub(super) fn durable(&mut self, number: u32) -> u32 {
        let mut answers = 0;
        while let Some((_, told)) = self.pending.pop_front_if(|(pending, _)| *pending <= number) {
            answers += told;
        }
        answers
    }

    /// An edit came too early: its content comes again in the next step 2.
    pub(super) fn refused(&mut self, number: u32) {
        if let Some(at) = self.pending.iter().position(|(pending, _)| *pending == number) {
            self.owed += self.pending.remove(at).map_or(0, |(_, answers)| answers);
        }
    }

    /// An edit that was counted and did not reach the document.
    pub(super) fn missed(&mut self) {
        self.owed += 1;
    }

    /// The document let go: what was not durable comes again in the next step 2.
    pub(super) fn interrupted(&mut self) {
        self.owed += self.pending.drain(..).map(|(_, answers)| answers).sum::<u32>();
    }

    /// What was owed, when a step 2 had nothing new.
    pub(super) fn settle(&mut self) -> u32 {
        std::mem::take(&mut self.owed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A provider's count beside the tally.
    #[derive(Default)]
    struct Provider {
        tally: Tally,
        count: u32,
    }

    impl Provider {
        fn begin(&mut self) {
            self.count = 1;
            self.tally.begin();
        }
        fn edit(&mut self, number: u32) {
            self.count += 1;
            self.tally.edited(number);
        }
        fn durable(&mut self, number: u32) -> u32 {
            let told = self.tally.durable(number);
            self.count = self.count.saturating_sub(told);
            self.count
        }
    }

    #[test]
    fn r7_the_count_is_0_when_all_is_durable_and_not_before() {
        let mut provider = Provider::default();
        provider.begin();
        provider.tally.answered(1);
        assert_eq!(0, provider.durable(1));
        (2..5).for_each(|number| provider.edit(number));
        assert_eq!(2, provider.durable(2));
        assert_eq!(2, provider.durable(2));
        assert_eq!(0, provider.durable(4));
    }

    #[test]
    fn r7_an_edit_that_came_too_early_is_answered_with_the_step_2_that_holds_it() {
        let mut provider = Provider::default();
        provider.begin();
        provider.edit(1);
        provider.edit(2);
        provider.tally.refused(1);
        // The first step 2 was on its way, and holds both.
        provider.tally.answered(3);
        assert_eq!(2, provider.durable(2));
        assert_eq!(0, provider.durable(3));
        // The answer to what we said we have when the first was refused.
        provider.tally.answered(4);
        provider.edit(5);
        assert_eq!(1, provider.durable(4));
        assert_eq!(0, provider.durable(5));
    }

    #[test]
    fn r7_what_a_restart_took_is_answered_when_it_came_again() {
        let mut provider = Provider::default();
        provider.begin();
        provider.tally.answered(1);
        provider.edit(2);
        provider.edit(3);
        assert_eq!(2, provider.durable(1));
        provider.tally.interrupted();
        provider.count += 1;
        provider.tally.missed();
        assert_eq!(3, provider.durable(3));
        provider.tally.answered(4);
        assert_eq!(0, provider.durable(4));
    }

    #[test]
    fn r7_who_begins_anew_is_not_answered_for_what_was_before() {
        let mut provider = Provider::default();
        provider.begin();
        provider.tally.answered(1);
        provider.edit(2);
        provider.begin();
        assert_eq!(1, provider.durable(2));
        provider.tally.answered(3);
        assert_eq!(0, provider.durable(3));
        provider.begin();
        assert_eq!(1, provider.tally.settle());
    }
}
