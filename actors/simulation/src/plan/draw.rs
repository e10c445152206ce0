//! Draws a plan from a seed.

use super::{Act, Fault, ModelFault, Place, Plan, SiteFault, Step, StoreFault};
use crate::chance::Chance;

/// A life is at least so long …
const DAY_MS: u64 = 24 * 3_600_000;
/// … with so many acts …
const STEPS: (u64, u64) = (150, 170);
/// … by so many people …
pub(crate) const USERS: usize = 3;
/// … at so many sites.
pub(crate) const SITES: usize = 2;
/// Bursts of work in a day; between them everything comes to rest and leaves memory.
const BURSTS: u64 = 6;
/// The longest pause between two acts of a burst.
const PAUSE_MS: u64 = 6_000;

impl Plan {
    /// The life of this seed.
    pub fn draw(seed: u64) -> Self {
        let mut chance = Chance::new(seed ^ 0x6c69_6665);
        let place = Place {
            idle_ms: chance.between(5, 600) * 1_000,
            wake_ms: chance.between(20, 120) * 1_000,
            credits: chance.weighted(&[(3, 400), (3, 60), (2, 25), (1, 8)]),
            model_is_deterministic: chance.one_in(2),
            store_latency_ms: chance.weighted(&[(1, 0), (3, 3), (1, 40)]),
        };
        Self { seed, place, steps: steps(&mut chance), faults: faults(&mut chance) }
    }
}

fn steps(chance: &mut Chance) -> Vec<Step> {
    let count = chance.between(STEPS.0, STEPS.1);
    let mut steps = Vec::new();
    let (mut at_ms, per_burst) = (1_000, count / BURSTS + 1);
    for number in 0..count {
        if number > 0 && number % per_burst == 0 {
            at_ms += chance.between(DAY_MS / BURSTS, DAY_MS / (BURSTS - 1));
        }
        at_ms += chance.below(PAUSE_MS);
        let act = if (number as usize) < BEGINNING.len() {
            BEGINNING[number as usize]
        } else {
            act(chance)
        };
        steps.push(Step {
            at_ms,
            user: chance.below(USERS as u64) as usize,
            site: chance.below(SITES as u64) as usize,
            pick: chance.roll(),
            act,
        });
    }
    steps
}

/// Without keywords there is nothing to do: each life begins with some.
const BEGINNING: [Act; 8] = [
    Act::Listen,
    Act::Import(9),
    Act::Import(7),
    Act::Cluster,
    Act::Cluster,
    Act::CreateDocument,
    Act::Ideas(3),
    Act::Ideas(2),
];

fn act(chance: &mut Chance) -> Act {
    let small = |chance: &mut Chance, most| chance.between(1, most) as u8;
    let few = small(chance, 3);
    chance.weighted(&[
        (4, Act::Import(few * 2)),
        (4, Act::Cluster),
        (8, Act::Ideas(few)),
        (12, Act::Drafts(few, few - 1)),
        (6, Act::Images),
        (3, Act::Reparse),
        (6, Act::Rewrite),
        (6, Act::Decide),
        (10, Act::Approve),
        (12, Act::Publish),
        (8, Act::Cancel),
        (8, Act::Retry),
        (3, Act::CreateDocument),
        (2, Act::Rename),
        (3, Act::ChangeSite),
        (2, Act::Merge),
        (4, Act::Link),
        (1, Act::Unlink),
        (3, Act::Grant(few * 10)),
        (8, Act::Repeat),
        (24, Act::Write),
        (5, Act::CloseDocuments),
        (4, Act::Listen),
        (6, Act::Look),
        (3, Act::Balance),
        (1, Act::TakeOver(few * 10)),
        (2, Act::PanicSite),
        (1, Act::PanicTenant),
        (2, Act::PanicDocument),
        (1, Act::Restart),
        (6, Act::Batch(few * 2)),
        (6, Act::Place(few)),
        (2, Act::CancelBatch),
        (4, Act::Pause),
        (6, Act::Resume),
        (1, Act::PauseWork),
        (2, Act::ResumeWork),
        (4, Act::Reorder),
        (3, Act::Replay),
        (1, Act::ReplayAll),
        (1, Act::Discard),
        (3, Act::Mend),
        (2, Act::SetQueue),
        (3, Act::Schedule),
        (1, Act::Preset),
        (4, Act::Automate),
    ])
}

/// Calls of the store in a life, about: faults fall among them.
const STORE_CALLS: u64 = 3_000;
/// Calls of models, image models and sites, about.
const PORT_CALLS: u64 = 50;

fn faults(chance: &mut Chance) -> Vec<Fault> {
    let mut faults = Vec::new();
    for _ in 0..chance.between(8, 24) {
        faults.push(Fault::Store(chance.below(STORE_CALLS), store_fault(chance)));
    }
    for _ in 0..chance.between(6, 20) {
        faults.push(Fault::Model(chance.below(PORT_CALLS), model_fault(chance)));
    }
    for _ in 0..chance.below(4) {
        faults.push(Fault::Image(chance.below(PORT_CALLS / 3), model_fault(chance)));
    }
    for _ in 0..chance.between(2, 8) {
        faults.push(Fault::Site(chance.below(PORT_CALLS / 3), site_fault(chance)));
    }
    for _ in 0..chance.between(2, 6) {
        let down_ms = chance.weighted(&[(1, 1), (4, 2_000), (1, 60_000)]);
        let (call, after) = (chance.below(STORE_CALLS), chance.one_in(2));
        faults.push(Fault::Crash { call, after, down_ms });
    }
    faults
}

fn store_fault(chance: &mut Chance) -> StoreFault {
    chance.weighted(&[
        (3, StoreFault::Unavailable),
        (4, StoreFault::UnknownDone),
        (4, StoreFault::UnknownNotDone),
        (2, StoreFault::Slow),
        (2, StoreFault::Fenced),
    ])
}

fn model_fault(chance: &mut Chance) -> ModelFault {
    use ModelFault as M;
    chance.weighted(&[
        (2, M::Timeout),
        (2, M::RateLimitedUntil),
        (2, M::RateLimited),
        (1, M::Quota),
        (1, M::Unauthorized),
        (1, M::ContextLength),
        (1, M::Filtered),
        (1, M::FilteredLate),
        (3, M::Unavailable),
        (3, M::Cut),
        (3, M::Broken),
        (2, M::Invalid),
        (2, M::Slow),
    ])
}

fn site_fault(chance: &mut Chance) -> SiteFault {
    use SiteFault as S;
    chance.weighted(&[
        (2, S::Late),
        (4, S::AnswerLost),
        (2, S::RequestLost),
        (2, S::Twice),
        (2, S::Busy),
        (1, S::Unauthorized),
        (1, S::Refused),
        (1, S::Edited),
    ])
}
