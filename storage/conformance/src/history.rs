//! Histories of concurrent writers: what each asked, when, and what it was told. All of it must fit
//! one order in which everything happens between its question and its answer.

use igny8_storage_api::Head;

/// One operation and its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// When it was asked and when it was answered, by one clock that never stands still.
    pub(crate) asked: u64,
    pub(crate) answered: u64,
    pub(crate) seen: Seen,
}

/// What an operation was told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seen {
    /// It gained the epoch: the head from there on.
    Took(Head),
    /// It wrote: the head from there on.
    Wrote(Head),
    /// It saw this head, or that there is none. A refused commit sees, too.
    Saw(Option<Head>),
}

/// Says why these cannot have happened in one order, if they cannot.
pub(crate) fn contradiction(steps: &[Step]) -> Option<String> {
    let mut states = vec![None];
    let mut writes: Vec<(&Step, Head)> = Vec::new();
    for step in steps {
        if let Seen::Took(head) | Seen::Wrote(head) = step.seen {
            writes.push((step, head));
        }
    }
    // Each write makes a state of its own, so there is but one order of them to try.
    writes.sort_by_key(|(_, head)| (head.epoch, head.sequence));
    for (step, head) in &writes {
        let before = states.last().copied().flatten();
        if !follows(before.as_ref(), step.seen, head) {
            return Some(format!("{:?} cannot follow {before:?}", step.seen));
        }
        states.push(Some(*head));
    }
    let place = |step: &Step| {
        let head = match step.seen {
            Seen::Took(head) | Seen::Wrote(head) => Some(head),
            Seen::Saw(head) => head,
        };
        states.iter().position(|state| *state == head)
    };
    let mut placed = Vec::with_capacity(steps.len());
    for step in steps {
        let Some(place) = place(step) else {
            return Some(format!("{:?} is a state that never was", step.seen));
        };
        placed.push((place, step));
    }
    out_of_time(&placed)
}

/// Whether a write may make this head of the one before.
fn follows(before: Option<&Head>, write: Seen, after: &Head) -> bool {
    let (epoch, sequence) = before.map_or((0, 0), |head| (head.epoch.0, head.sequence.0));
    match write {
        Seen::Took(_) => {
            let kept = before
                .is_none_or(|head| (head.commit_id, head.chain) == (after.commit_id, after.chain));
            kept && (after.epoch.0, after.sequence.0) == (epoch + 1, sequence)
        }
        Seen::Wrote(_) => (after.epoch.0, after.sequence.0) == (epoch, sequence + 1),
        Seen::Saw(_) => false,
    }
}

/// What was answered before something else was asked must come before it.
fn out_of_time(placed: &[(usize, &Step)]) -> Option<String> {
    for (place, step) in placed {
        let writes = !matches!(step.seen, Seen::Saw(_));
        for (earlier_place, earlier) in placed {
            let in_order = earlier_place < place || (!writes && earlier_place == place);
            if earlier.answered < step.asked && !in_order {
                return Some(format!("{step:?} came after {earlier:?} and does not know of it"));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::{Epoch, Sequence};
    use igny8_storage_api::CommitId;

    fn head(epoch: u64, sequence: u64) -> Head {
        let commit_id = CommitId(u128::from(sequence));
        Head { epoch: Epoch(epoch), sequence: Sequence(sequence), commit_id, chain: [0; 32] }
    }

    fn step(asked: u64, answered: u64, seen: Seen) -> Step {
        Step { asked, answered, seen }
    }

    /// Two owners after each other, with a reader that overlaps both.
    fn sound() -> Vec<Step> {
        vec![
            step(0, 1, Seen::Saw(None)),
            step(2, 3, Seen::Took(head(1, 0))),
            step(4, 9, Seen::Wrote(head(1, 1))),
            step(5, 12, Seen::Saw(Some(head(1, 1)))),
            step(10, 11, Seen::Took(head(2, 1))),
            step(13, 14, Seen::Wrote(head(2, 2))),
            step(15, 16, Seen::Saw(Some(head(2, 2)))),
        ]
    }

    #[test]
    fn history_in_one_order_is_sound() {
        assert_eq!(contradiction(&sound()), None);
    }

    #[test]
    fn histories_without_an_order_are_found() {
        let with = |seen| [sound(), vec![step(17, 18, seen)]].concat();
        let wrong = [
            // Seen again what was replaced before.
            with(Seen::Saw(Some(head(2, 1)))),
            with(Seen::Saw(None)),
            // Never was.
            with(Seen::Saw(Some(head(3, 2)))),
            // An old owner writes on; one leaves a gap; two gain one epoch; two write one sequence.
            with(Seen::Wrote(head(1, 3))),
            with(Seen::Wrote(head(2, 4))),
            with(Seen::Took(head(2, 2))),
            with(Seen::Wrote(head(2, 2))),
            // An epoch that skips one, and one that loses a commit.
            with(Seen::Took(head(4, 2))),
            with(Seen::Took(head(3, 1))),
        ];
        for steps in wrong {
            assert!(contradiction(&steps).is_some(), "{:?}", steps.last());
        }
    }
}
