//! The slice of credits: arriving from the tenant, going back, held and paid for tasks, expiring.

use super::command::{SiteEffect, SiteReply};
use super::queue::{self, Task, TaskStatus};
use super::record::{Ask, SiteCard, SiteRecord, Watch};
use super::state::{Site, ask_key, ledger_key};
use crate::entity::{Context, Draft, Refusal};
use crate::ledger::{LedgerChange, Memo, Outcome, Shipment};
use crate::sabotage::Sabotage;
use crate::tenant::SiteMessage;
use igny8_protocol_ids::{Credits, HoldId, SiteId, TaskId, Timestamp, TransferId};
use std::time::Duration;

/// After a refusal the tenant is asked again this late, if work still waits for credits.
const ASK_AGAIN: Duration = Duration::from_secs(15);
/// The longest of these pauses, each of which is twice as long as the one before: the tenant tells
/// when it has credits again, and whatever a person does ends the pause.
const ASK_AGAIN_MAX: Duration = Duration::from_mins(15);

/// Writes the ledger's changes.
pub(super) fn book(draft: &mut Draft<'_, Site>, changes: Vec<LedgerChange>) {
    for change in changes {
        match change {
            LedgerChange::Put(record) => draft.put(SiteRecord::Ledger(record)),
            LedgerChange::Delete(key) => draft.delete(ledger_key(&key)),
        }
    }
}

fn memo(task: &Task, reason: &str) -> Memo {
    let by = Memo { actor: task.created_by, ..Memo::from(reason) };
    by.of(task.id, task.price_list)
}

/// Holds a task's price. None if there is not enough: the task goes on waiting.
pub(super) fn hold(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    task: &Task,
    price: Credits,
    expires_at: Timestamp,
) -> Option<HoldId> {
    let hold = HoldId::new(draft.ledger().hold_time(context.now), context.entropy.chance());
    let memo = memo(task, &task.title);
    let posting = draft.ledger().hold(context.now, hold, price, expires_at, memo).ok()?;
    book(draft, posting.changes);
    Some(hold)
}

/// Lets a task's hold last for another attempt.
pub(super) fn prolong(draft: &mut Draft<'_, Site>, hold: HoldId, expires_at: Timestamp) {
    if let Ok(posting) = draft.ledger().prolong(hold, expires_at) {
        book(draft, posting.changes);
    }
}

/// Closes a task's hold: what of `cost` was paid. One that was closed before stays as it was; work
/// that was done nevertheless is paid by the house.
pub(super) fn close(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    task: &Task,
    cost: Credits,
) -> Result<Credits, Refusal> {
    let Some(hold) = task.hold else { return Ok(cost) };
    let posting = draft.ledger().settle(context.now, hold, cost, memo(task, &task.title))?;
    book(draft, posting.changes);
    if Sabotage::SettleTwice.is_on() && cost > Credits::ZERO {
        pay_again(draft, context, task, cost);
    }
    let Outcome::AlreadyClosed(closing) = posting.outcome else { return Ok(cost) };
    let paid = closing.map_or(Credits::ZERO, |closing| closing.settled);
    if paid < cost {
        lose(draft, context, task, &format!("late:{hold}"))?;
    }
    Ok(paid)
}

/// What [`Sabotage::SettleTwice`] does.
fn pay_again(draft: &mut Draft<'_, Site>, context: &Context, task: &Task, cost: Credits) {
    let (now, hold) = (context.now, HoldId::new(context.now, [0x5a; 10]));
    let end = now.plus(Duration::from_secs(1));
    if let Ok(posting) = draft.ledger().hold(now, hold, cost, end, memo(task, &task.title)) {
        book(draft, posting.changes);
        if let Ok(posting) = draft.ledger().settle(now, hold, cost, memo(task, &task.title)) {
            book(draft, posting.changes);
        }
    }
}

/// The house pays an attempt that brought the tenant nothing, under this key.
pub(super) fn lose(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    task: &Task,
    key: &str,
) -> Result<(), Refusal> {
    if task.price > Credits::ZERO {
        let reason = format!("Attempt {} of {} was lost", task.attempts, task.title);
        let memo = memo(task, &reason);
        let posting = draft.ledger().house_loss(context.now, key, task.price, memo)?;
        book(draft, posting.changes);
    }
    Ok(())
}

/// Has the oldest entries filed once there are enough of them.
pub(super) fn file(draft: &mut Draft<'_, Site>) {
    if let Some((last, changes)) = draft.ledger().begin_filing() {
        book(draft, changes);
        draft.effect(SiteEffect::FileEntries { last });
    }
}

pub(super) fn finish_filing(draft: &mut Draft<'_, Site>, last: u64, blob: [u8; 32]) -> SiteReply {
    let changes = draft.ledger().finish_filing(last, blob);
    book(draft, changes);
    SiteReply::Done
}

/// Credits that are used are reported this late, if they are: many settlements make one report.
const REPORT_AFTER: Duration = Duration::from_secs(2);

/// Sets the time of a report if one is due, or sends it. A time that has come is taken away also
/// when nobody wants the report any more: it would wake the site for ever.
pub(super) fn report(draft: &mut Draft<'_, Site>, now: Timestamp) {
    let Some(watch) = draft.watch().cloned() else { return };
    let balance = draft.ledger().balance();
    let used = Credits(balance.spent.0 + balance.expired.0);
    let is_wanted = watch.is_watched && used != watch.reported;
    match watch.due {
        None if is_wanted => {
            let due = Some(now.plus(REPORT_AFTER));
            draft.put(SiteRecord::Watch(Watch { due, ..watch }));
        }
        Some(due) if due <= now && is_wanted => {
            // The outbox sees to it that it arrives; later ones say more.
            draft.put(SiteRecord::Watch(Watch { due: None, reported: used, ..watch }));
            draft.effect(SiteEffect::ReportUse { used });
        }
        Some(due) if due <= now => draft.put(SiteRecord::Watch(Watch { due: None, ..watch })),
        _ => {}
    }
}

pub(super) fn from_tenant(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    site: SiteId,
    message: SiteMessage,
) -> Result<SiteReply, Refusal> {
    match message {
        SiteMessage::Create { tenant, name, language, brand_voice } => {
            if draft.card().is_none() {
                draft.put(SiteRecord::Card(SiteCard {
                    id: site,
                    tenant,
                    name,
                    language,
                    brand_voice,
                    persona: String::new(),
                    link_hosts: Vec::new(),
                    link: None,
                    created_at: context.now,
                    updated_at: context.now,
                }));
            }
        }
        SiteMessage::ReceiveCredits { transfer, parts, number } => {
            receive(draft, context, site, transfer, &Shipment { number, parts })?;
        }
        SiteMessage::CreditsRefused { transfer } => {
            if let Some(ask) = draft.ask().filter(|ask| ask.transfer == transfer).cloned() {
                let pause = ASK_AGAIN.saturating_mul(1 << ask.refusals.min(16));
                draft.put(SiteRecord::Ask(Ask {
                    again_at: Some(context.now.plus(pause.min(ASK_AGAIN_MAX))),
                    refusals: ask.refusals + 1,
                    ..ask
                }));
            }
        }
        SiteMessage::CreditsAvailable => ask_anew(draft),
        SiteMessage::Watch { is_watched } => {
            let before = draft.watch().cloned().unwrap_or_default();
            draft.put(SiteRecord::Watch(Watch { is_watched, ..before }));
            report(draft, context.now);
        }
        SiteMessage::Recall { transfer } => give_back(draft, context, site, transfer)?,
        SiteMessage::PauseQueue { by, since } => queue::tenant_pause(draft, by, since),
        SiteMessage::ModelsChanged => queue::models_changed(draft),
    }
    Ok(SiteReply::Done)
}

/// Ends the pause after a refusal: something has changed since.
pub(super) fn ask_anew(draft: &mut Draft<'_, Site>) {
    if draft.ask().is_some_and(|ask| ask.again_at.is_some()) {
        draft.delete(ask_key());
    }
}

fn receive(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    site: SiteId,
    transfer: TransferId,
    shipment: &Shipment,
) -> Result<(), Refusal> {
    let mut key = format!("transfer:{transfer}");
    let mut shipment = shipment.clone();
    if Sabotage::TransferKeyForgotten.is_on() {
        key = format!("{key} at {}", context.now.as_millis());
        shipment.number = draft.ledger().entry_count() + 1_000_000;
    }
    let memo = "Credits from the tenant";
    let posting = draft.ledger().receive(context.now, site, &key, &shipment, memo)?;
    book(draft, posting.changes);
    if draft.ask().is_some_and(|ask| ask.transfer == transfer) {
        draft.delete(ask_key());
    }
    Ok(())
}

/// Answers a recall with all that is not held. A repeated one finds its transfer booked and answers
/// with nothing: the first answer carries the credits.
fn give_back(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    site: SiteId,
    transfer: TransferId,
) -> Result<(), Refusal> {
    let unheld = draft.ledger().spendable(context.now);
    let mut shipment = Shipment::default();
    if unheld > Credits::ZERO {
        let key = format!("transfer:{transfer}");
        let memo = "Recalled by the tenant";
        let (posting, sent) = draft.ledger().send(context.now, site, &key, unheld, memo)?;
        book(draft, posting.changes);
        shipment = sent;
    }
    let Shipment { number, parts } = shipment;
    draft.effect(SiteEffect::ReturnCredits { transfer, parts, number });
    Ok(())
}

pub(super) fn tick(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
) -> Result<SiteReply, Refusal> {
    queue::sweep_overdue(draft, context)?;
    queue::sweep_old(draft, context);
    // A task that waited between two attempts for so long that its hold ends holds its price anew
    // when it starts. (One that runs cannot outlive its hold: each attempt prolongs it.)
    let ended: Vec<TaskId> =
        draft.ledger().overdue_holds(context.now).filter_map(|hold| hold.task).collect();
    let posting = draft.ledger().expire(context.now);
    book(draft, posting.changes);
    for id in ended {
        if let Some(task) = draft.task(id).filter(|task| task.status == TaskStatus::Queued) {
            let task = Task { hold: None, updated_at: context.now, ..task.clone() };
            draft.put(SiteRecord::Task(task));
        }
    }
    Ok(SiteReply::Done)
}
