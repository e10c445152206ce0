//! Ledgers, as clients see them.

use igny8_actors_domain::ledger::{Bucket, EntryKind, GrantKind, LedgerAccount};
use igny8_actors_domain::tenant::LowLevel;
use igny8_actors_runtime::StatementLine;
use igny8_protocol_wire::rest::billing::{BucketView, LedgerEntryView, LowLevelView, LowLevels};

pub(crate) const fn entry_kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Grant => "grant",
        EntryKind::Hold => "hold",
        EntryKind::Settle => "settle",
        EntryKind::Release => "release",
        EntryKind::TransferOut => "transfer_out",
        EntryKind::TransferIn => "transfer_in",
        EntryKind::Expire => "expire",
        EntryKind::HouseLoss => "house_loss",
    }
}

const fn account_word(account: LedgerAccount) -> &'static str {
    match account {
        LedgerAccount::Source => "source",
        LedgerAccount::Available => "available",
        LedgerAccount::Held => "held",
        LedgerAccount::Spent => "spent",
        LedgerAccount::Expired => "expired",
        LedgerAccount::Elsewhere => "elsewhere",
        LedgerAccount::House => "house",
        LedgerAccount::Lost => "lost",
    }
}

const fn grant_kind(kind: GrantKind) -> &'static str {
    match kind {
        GrantKind::Plan => "plan",
        GrantKind::TopUp => "top_up",
        GrantKind::Promotion => "promotion",
    }
}

pub(crate) fn entry_view(line: StatementLine) -> LedgerEntryView {
    let StatementLine { site, entry } = line;
    LedgerEntryView {
        number: entry.number,
        site,
        at: entry.at,
        kind: entry_kind(entry.kind).to_owned(),
        amount: entry.amount,
        from: account_word(entry.from()).to_owned(),
        to: account_word(entry.to()).to_owned(),
        key: entry.key().into_owned(),
        task: entry.task,
        actor: entry.actor,
        price_list: entry.price_list,
        settled_after: entry.settled_after,
        reason: entry.reason,
    }
}

pub(crate) fn bucket_view(bucket: &Bucket) -> BucketView {
    BucketView {
        grant: bucket.grant,
        kind: grant_kind(bucket.kind).to_owned(),
        expires_at: bucket.expires_at,
        available: bucket.available,
        held: bucket.held,
    }
}

pub(crate) fn low_levels(levels: Vec<LowLevel>) -> LowLevels {
    let view = |level: LowLevel| LowLevelView { credits: level.credits, is_below: level.is_below };
    LowLevels { levels: levels.into_iter().map(view).collect() }
}
