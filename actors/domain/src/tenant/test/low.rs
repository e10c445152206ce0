//! Low credits: told once at each crossing, whoever's spending it is.

use super::credit::{allot, messages};
use super::member::{account, create, new_site, site_id};
use super::stage::Stage;
use crate::entity::{Changes, Origin, RefusalKind};
use crate::ledger::{GrantKind, Part};
use crate::tenant::*;
use igny8_protocol_ids::{Credits, GrantId};
use proptest::prelude::*;

fn stage(credits: i64) -> Stage<Tenant> {
    let mut stage = Stage::new();
    stage.system(create(Plan::Demo, Some(credits))).unwrap();
    stage.system(new_site(1)).unwrap();
    stage.system(new_site(2)).unwrap();
    stage
}

fn levels(levels: &[i64]) -> TenantCommand {
    TenantCommand::SetLowLevels { levels: levels.iter().map(|level| Credits(*level)).collect() }
}

fn used(site: u8, used: i64) -> TenantCommand {
    TenantCommand::NoteUse { site: site_id(site), used: Credits(used) }
}

/// The levels that a decision told of.
fn told(changes: &Changes<Tenant>) -> Vec<(i64, i64)> {
    let events = changes.events.iter();
    events
        .filter_map(|event| match event {
            TenantEvent::CreditsLow { level, left } => Some((level.0, left.0)),
            _ => None,
        })
        .collect()
}

fn watched(changes: Changes<Tenant>) -> Vec<(igny8_protocol_ids::SiteId, bool)> {
    let messages = messages(changes).into_iter();
    messages
        .filter_map(|(site, message)| match message {
            SiteMessage::Watch { is_watched } => Some((site, is_watched)),
            _ => None,
        })
        .collect()
}

fn top_up(stage: &Stage<Tenant>, key: &str, amount: i64) -> TenantCommand {
    let part = Part {
        grant: GrantId::new(stage.now, [key.len() as u8; 10]),
        kind: GrantKind::TopUp,
        expires_at: None,
        amount: Credits(amount),
    };
    TenantCommand::Grant { key: key.to_owned(), part, reason: "Paid".into() }
}

#[test]
fn r6_low_credits_are_told_once_and_again_after_they_were_higher() {
    let mut stage = stage(100);
    let owner = Origin::Account(account(0));
    stage.give(owner, levels(&[20, 60])).unwrap();
    stage.system(allot(1, 1, 90)).unwrap();
    assert_eq!(vec![(60, 59)], told(&stage.system(used(1, 41)).unwrap().1));
    assert!(told(&stage.system(used(1, 42)).unwrap().1).is_empty(), "told once");
    assert!(told(&stage.system(used(1, 30)).unwrap().1).is_empty(), "an overtaken report");
    assert_eq!(vec![(20, 10)], told(&stage.system(used(1, 90)).unwrap().1));
    let more = top_up(&stage, "a", 60);
    assert!(told(&stage.system(more).unwrap().1).is_empty());
    stage.system(allot(2, 2, 20)).unwrap();
    assert_eq!(vec![(60, 59)], told(&stage.system(used(2, 11)).unwrap().1), "armed again");
}

#[test]
fn r6_sites_report_only_while_it_could_matter() {
    let mut stage = stage(100);
    stage.give(Origin::Account(account(0)), levels(&[20])).unwrap();
    assert!(watched(stage.system(allot(1, 1, 70)).unwrap().1).is_empty(), "30 are left here");
    let changes = stage.system(allot(2, 1, 10)).unwrap().1;
    assert_eq!(vec![(site_id(1), true)], watched(changes), "only who was lent something");
    let changes = stage.system(top_up(&stage, "a", 50)).unwrap().1;
    assert_eq!(vec![(site_id(1), false)], watched(changes));
}

#[test]
fn r6_a_level_is_set_by_who_manages_billing_and_is_bounded() {
    let mut stage = stage(100);
    let owner = Origin::Account(account(0));
    for wrong in [&[0][..], &[-1], &[1, 2, 3, 4, 5, 6], &[1_000_000_001]] {
        assert_eq!("invalid_levels", stage.give(owner, levels(wrong)).unwrap_err().code);
    }
    let stranger = stage.give(Origin::Account(account(3)), levels(&[5])).unwrap_err();
    assert_ne!(RefusalKind::Invalid, stranger.kind);
    let TenantReply::LowLevels(set) = stage.give(owner, levels(&[5, 500, 5])).unwrap().0 else {
        panic!()
    };
    let set: Vec<_> = set.iter().map(|level| (level.credits.0, level.is_below)).collect();
    assert_eq!(vec![(500, true), (5, false)], set, "what is below already is no crossing");
    stage.give(owner, levels(&[])).unwrap();
    assert!(stage.state.low_levels().is_empty(), "none is never");
}

#[derive(Clone, Debug)]
enum Step {
    Allot(u8, i64),
    Use(u8, i64),
    TopUp(i64),
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// The events are the crossings of a line that is drawn beside it.
    #[test]
    fn r6_each_crossing_of_a_level_is_told_once(steps in prop::collection::vec(prop_oneof![
        (1..3u8, 1..40i64).prop_map(|(site, amount)| Step::Allot(site, amount)),
        (1..3u8, 1..40i64).prop_map(|(site, amount)| Step::Use(site, amount)),
        (1..60i64).prop_map(Step::TopUp),
    ], 0..60)) {
        let mut stage = stage(100);
        stage.give(Origin::Account(account(0)), levels(&[10, 40, 90])).unwrap();
        let (mut left, mut spent, mut sent) = (100, [0, 0, 0], [0, 0, 0]);
        for (number, step) in (0..).zip(steps) {
            let before = left;
            let command = match step {
                Step::Allot(site, amount) => {
                    let own = stage.state.balance().available.0;
                    sent[usize::from(site)] += if amount <= own { amount } else { 0 };
                    allot(number, site, amount)
                }
                Step::Use(site, amount) => {
                    let place = usize::from(site);
                    let amount = amount.min(sent[place] - spent[place]);
                    spent[place] += amount;
                    left -= amount;
                    used(site, spent[place])
                }
                Step::TopUp(amount) => {
                    left += amount;
                    top_up(&stage, &"k".repeat(usize::from(number) + 1), amount)
                }
            };
            let Ok((_, changes)) = stage.system(command) else { continue };
            let crossed: Vec<(i64, i64)> = [90, 40, 10]
                .into_iter()
                .filter(|level| before >= *level && left < *level)
                .map(|level| (level, left))
                .collect();
            prop_assert_eq!(crossed, told(&changes));
            prop_assert_eq!(left, stage.state.settled_with_slices().0);
        }
    }
}
