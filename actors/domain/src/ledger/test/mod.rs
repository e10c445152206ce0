//! The ledger's tests: any history against a model of single coins, and single cases.

mod case;
mod model;
mod step;

use super::*;
use igny8_protocol_ids::{Credits, GrantId, HoldId, SiteId, Timestamp};

fn time(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn grant_id(grant: u8) -> GrantId {
    GrantId::new(time(1), [grant; 10])
}

/// The site whose slice the second ledger is.
fn site() -> SiteId {
    SiteId::new(time(1), [1; 10])
}

/// Grant 0 never ends; the others end 40 ms apart.
fn end_of(grant: u8) -> Option<i64> {
    (grant > 0).then(|| i64::from(grant) * 40)
}

fn part(grant: u8, amount: u8) -> Part {
    Part {
        grant: grant_id(grant),
        kind: if grant == 0 { GrantKind::Promotion } else { GrantKind::Plan },
        expires_at: end_of(grant).map(time),
        amount: Credits(amount.into()),
    }
}

fn apply(ledger: &mut Ledger, changes: Vec<LedgerChange>) {
    changes.into_iter().for_each(|change| ledger.apply(change));
}
