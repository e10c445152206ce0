//! The tenant's credits and the slices it lends to its sites (R6).

pub(super) mod low;

use super::command::{TenantEffect, TenantReply};
use super::message::SiteMessage;
use super::record::{PendingAllotment, SiteEntry, TenantRecord};
use super::right::{created, system_only};
use super::state::{Tenant, ledger_key, pending_key};
use crate::entity::{Context, Draft, Refusal};
use crate::ledger::{GrantKind, LedgerChange, Memo, Outcome, Part, Shipment};
use crate::sabotage::Sabotage;
use igny8_protocol_ids::{Credits, GrantId, SiteId, Timestamp, TransferId};
use std::time::Duration;

/// How long a site's request waits for recalled slices (R6): a person looks at the button.
pub const RECALL_WAIT: Duration = Duration::from_secs(2);
/// Requests that wait at a time. A site has one or two; beyond it the site asks again later.
const PENDING_MAX: usize = 1_000;

/// A site is lent so many times what it asks for again, so that it does not ask for each task …
const AHEAD: i64 = 7;
/// … but at most this part of what the tenant would have left beyond [`KEPT`]: after ten sites that
/// ask, others still find half of it here and need no recall.
const AHEAD_PART: i64 = 16;
/// The last credits are lent as they are asked for: whoever needs them must not wait for a recall.
const KEPT: i64 = 100;

/// What a site is lent beyond what it asks for.
fn ahead(asked: Credits, spendable: Credits) -> Credits {
    let left = spendable.0.saturating_sub(asked.0).saturating_sub(KEPT);
    Credits(asked.0.saturating_mul(AHEAD).min(left / AHEAD_PART).max(0))
}

fn book(draft: &mut Draft<'_, Tenant>, changes: Vec<LedgerChange>) {
    for change in changes {
        match change {
            LedgerChange::Put(record) => draft.put(TenantRecord::Ledger(record)),
            LedgerChange::Delete(key) => draft.delete(ledger_key(&key)),
        }
    }
}

/// The credits that a tenant begins with.
pub(super) fn begin(
    draft: &mut Draft<'_, Tenant>,
    context: &mut Context,
    amount: Credits,
) -> Result<(), Refusal> {
    let grant = GrantId::new(context.now, context.entropy.chance());
    let part = Part { grant, kind: GrantKind::Promotion, expires_at: None, amount };
    let posting = draft.ledger().grant(context.now, "begin", part, "Credits to begin with")?;
    book(draft, posting.changes);
    Ok(())
}

pub(super) fn grant(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    key: &str,
    part: Part,
    reason: String,
) -> Result<TenantReply, Refusal> {
    system_only(draft, context)?;
    let posting = draft.ledger().grant(context.now, &format!("grant:{key}"), part, reason)?;
    book(draft, posting.changes);
    serve_pending(draft, context.now)?;
    call_refused(draft, context.now);
    Ok(TenantReply::Done)
}

/// Has the oldest entries filed once there are enough of them.
pub(super) fn file(draft: &mut Draft<'_, Tenant>) {
    if let Some((last, changes)) = draft.ledger().begin_filing() {
        book(draft, changes);
        draft.effect(TenantEffect::FileEntries { last });
    }
}

pub(super) fn finish_filing(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    last: u64,
    blob: [u8; 32],
) -> Result<TenantReply, Refusal> {
    system_only(draft, context)?;
    let changes = draft.ledger().finish_filing(last, blob);
    book(draft, changes);
    Ok(TenantReply::Done)
}

fn send_key(transfer: TransferId) -> String {
    format!("send:{transfer}")
}

pub(super) fn allot(
    draft: &mut Draft<'_, Tenant>,
    context: &mut Context,
    (transfer, site): (TransferId, SiteId),
    (amount, least): (Credits, Credits),
) -> Result<TenantReply, Refusal> {
    system_only(draft, context)?;
    known_site(draft, site)?;
    let is_repeated = draft.ledger().is_booked(&send_key(transfer));
    if is_repeated || draft.pending_of(transfer).is_some() {
        return Ok(TenantReply::Done);
    }
    // Some of it at once is better than all of it after a recall.
    let more = ahead(amount, draft.ledger().spendable(context.now));
    let wish = Credits(amount.0.saturating_add(more.0));
    if send(draft, context.now, (transfer, site), (wish, least))? {
        return Ok(TenantReply::Done);
    }
    let lenders: Vec<SiteId> = draft
        .sites()
        .filter(|other| other.id != site && other.lent > Credits::ZERO)
        .map(|other| other.id)
        .collect();
    if lenders.is_empty() || Sabotage::RecallLost.is_on() || draft.pending().len() >= PENDING_MAX {
        refuse(draft, transfer, site)?;
        return Ok(TenantReply::Done);
    }
    let mut recalls = Vec::with_capacity(lenders.len());
    for site in lenders {
        let transfer = TransferId::new(context.now, context.entropy.chance());
        recalls.push(transfer);
        draft.effect(TenantEffect::ToSite { site, message: SiteMessage::Recall { transfer } });
    }
    let deadline = context.now.plus(RECALL_WAIT);
    let pending = PendingAllotment { transfer, site, amount, deadline, recalls, least };
    draft.put(TenantRecord::Pending(pending));
    Ok(TenantReply::Done)
}

pub(super) fn take_back(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    transfer: TransferId,
    site: SiteId,
    shipment: &Shipment,
) -> Result<TenantReply, Refusal> {
    system_only(draft, context)?;
    let entry = known_site(draft, site)?;
    let (key, memo) = (format!("return:{transfer}"), Memo::from("Returned by a site"));
    let posting = draft.ledger().receive(context.now, site, &key, shipment, memo)?;
    let is_booked = posting.outcome == Outcome::Booked;
    if is_booked {
        book(draft, posting.changes);
        let amount: i64 = shipment.parts.iter().map(|part| part.amount.0).sum();
        if amount > entry.lent.0 {
            let message = "A site cannot return more credits than it was sent.";
            return Err(Refusal::conflict("above_slice", message));
        }
        let lent = Credits(entry.lent.0 - amount);
        draft.put(TenantRecord::Site(SiteEntry { lent, ..entry }));
    }
    note_answer(draft, transfer);
    serve_pending(draft, context.now)?;
    if is_booked && !shipment.parts.is_empty() {
        call_refused(draft, context.now);
    }
    Ok(TenantReply::Done)
}

/// Takes an answered recall off the request that waits for it.
fn note_answer(draft: &mut Draft<'_, Tenant>, recall: TransferId) {
    let waiting = draft.pending().into_iter().find(|pending| pending.recalls.contains(&recall));
    if let Some(mut pending) = waiting.cloned() {
        pending.recalls.retain(|open| *open != recall);
        draft.put(TenantRecord::Pending(pending));
    }
}

pub(super) fn tick(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
) -> Result<TenantReply, Refusal> {
    if created(draft).is_ok() {
        let posting = draft.ledger().expire(context.now);
        book(draft, posting.changes);
        serve_pending(draft, context.now)?;
    }
    Ok(TenantReply::Done)
}

/// Answers the requests that can be answered now: with credits if there are enough, with a
/// refusal if no recall is open or the time is over. The oldest is served first.
fn serve_pending(draft: &mut Draft<'_, Tenant>, now: Timestamp) -> Result<(), Refusal> {
    let waiting: Vec<PendingAllotment> = draft.pending().into_iter().cloned().collect();
    for PendingAllotment { transfer, site, amount, deadline, recalls, least } in waiting {
        let is_sent = send(draft, now, (transfer, site), (amount, least))?;
        let is_over = recalls.is_empty() || deadline <= now;
        if !is_sent && is_over {
            refuse(draft, transfer, site)?;
        }
        if is_sent || is_over {
            draft.delete(pending_key(transfer));
        }
    }
    Ok(())
}

/// Sends credits to a site, as many of them as there are, if it can begin with that.
fn send(
    draft: &mut Draft<'_, Tenant>,
    now: Timestamp,
    (transfer, site): (TransferId, SiteId),
    (amount, least): (Credits, Credits),
) -> Result<bool, Refusal> {
    let spendable = draft.ledger().spendable(now);
    if amount > Credits::ZERO && spendable < least.max(Credits(1)) {
        return Ok(false);
    }
    let amount = amount.min(spendable);
    let entry = known_site(draft, site)?;
    let memo = Memo::from("Sent to a site");
    let (posting, shipment) = draft.ledger().send(now, site, &send_key(transfer), amount, memo)?;
    book(draft, posting.changes);
    let lent = Credits(entry.lent.0 + amount.0);
    draft.put(TenantRecord::Site(SiteEntry { lent, is_refused: false, ..entry }));
    let Shipment { number, parts } = shipment;
    let message = SiteMessage::ReceiveCredits { transfer, parts, number };
    draft.effect(TenantEffect::ToSite { site, message });
    Ok(true)
}

fn refuse(
    draft: &mut Draft<'_, Tenant>,
    transfer: TransferId,
    site: SiteId,
) -> Result<(), Refusal> {
    let entry = known_site(draft, site)?;
    if !entry.is_refused {
        draft.put(TenantRecord::Site(SiteEntry { is_refused: true, ..entry }));
    }
    let message = SiteMessage::CreditsRefused { transfer };
    draft.effect(TenantEffect::ToSite { site, message });
    Ok(())
}

/// Credits have arrived: sites that were refused some may ask again.
fn call_refused(draft: &mut Draft<'_, Tenant>, now: Timestamp) {
    if draft.ledger().spendable(now) <= Credits::ZERO {
        return;
    }
    let refused: Vec<SiteEntry> = draft.sites().filter(|site| site.is_refused).cloned().collect();
    for entry in refused {
        let site = entry.id;
        draft.put(TenantRecord::Site(SiteEntry { is_refused: false, ..entry }));
        draft.effect(TenantEffect::ToSite { site, message: SiteMessage::CreditsAvailable });
    }
}

fn known_site(draft: &Draft<'_, Tenant>, site: SiteId) -> Result<SiteEntry, Refusal> {
    draft.site(site).cloned().ok_or_else(|| Refusal::not_found("site"))
}
