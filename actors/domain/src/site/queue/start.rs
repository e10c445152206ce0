//! What starts when.

use super::index::{Share, unpaid};
use super::task::{FailureClass, Task, TaskKind, TaskStatus};
use crate::entity::{Context, Draft};
use crate::site::command::SiteEffect;
use crate::site::credit;
use crate::site::record::{Ask, SiteRecord};
use crate::site::state::Site;
use igny8_protocol_ids::{Credits, TransferId};
use std::time::Duration;

/// Attempts before a task is dead.
pub const ATTEMPTS_MAX: u32 = 4;
/// Longer than the longest ladder of retries (four attempts of at most 30 minutes, their pauses of
/// at most 15 minutes): a hold never ends before its task.
const HOLD_LIFETIME: Duration = Duration::from_hours(24);
/// Delayed tasks that come due in one decision: 10,000 of the same second must not make one commit
/// too large. The rest come with the next tick, a moment later.
const DUE_PER_DECISION_MAX: usize = 256;
/// Starts in one decision, for the same reason; more than there are places.
const STARTS_PER_DECISION_MAX: usize = 256;

/// How many tasks of a kind a site runs at once.
const fn places(kind: TaskKind) -> u32 {
    match kind {
        // One set of keywords is clustered at a time: two runs would fight for the same ones.
        TaskKind::Cluster => 1,
        TaskKind::Ideas | TaskKind::Image => 4,
        // The demo's bench writes twenty drafts at once; providers allow about as many streams.
        TaskKind::Draft | TaskKind::Reparse => 20,
        // A shared WordPress host bears about two posts at a time.
        TaskKind::Publish => 2,
    }
}

/// Starts what can start: hold, start and outbox record in the same commit (R6). Asks the tenant
/// for the credits that are missing.
pub(in crate::site) fn pump(draft: &mut Draft<'_, Site>, context: &mut Context) {
    if draft.card().is_none() {
        return;
    }
    wake_due(draft, context);
    // Once the next one cannot be paid, what there is stays reserved for it.
    let mut affordable = true;
    for _ in 0..STARTS_PER_DECISION_MAX {
        let may = |kind| draft.running(kind) < places(kind);
        let Some(task) = draft.queue().next(may, affordable).and_then(|id| draft.task(id)) else {
            break;
        };
        let price = unpaid(task);
        if price > Credits::ZERO && draft.ledger().spendable(context.now) < price {
            affordable = false;
            continue;
        }
        let task = task.clone();
        affordable &= start(draft, context, task, price);
    }
    ask(draft, context);
}

/// Delayed tasks whose time has come stand in line with the others.
fn wake_due(draft: &mut Draft<'_, Site>, context: &Context) {
    for id in draft.queue().due(context.now, DUE_PER_DECISION_MAX) {
        let Some(mut task) = draft.task(id).cloned() else { continue };
        task.not_before = None;
        draft.put(SiteRecord::Task(task));
    }
}

fn ask(draft: &mut Draft<'_, Site>, context: &mut Context) {
    let unpaid: i64 = TaskKind::ALL.into_iter().map(|kind| draft.queue().unpaid(kind).0).sum();
    if unpaid == 0 || draft.ask().is_some() {
        return;
    }
    let missing = Credits(unpaid - draft.ledger().spendable(context.now).0);
    if missing > Credits::ZERO {
        let transfer = TransferId::new(context.now, context.entropy.chance());
        draft.put(SiteRecord::Ask(Ask { transfer, amount: missing, again_at: None }));
        draft.effect(SiteEffect::AskCredits { transfer, amount: missing });
    }
}

/// Starts one task; false if its credits could not be held.
fn start(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    mut task: Task,
    price: Credits,
) -> bool {
    if price > Credits::ZERO {
        let expires = context.now.plus(HOLD_LIFETIME);
        // Checked against the same balance just before; a refusal leaves the task waiting.
        let Some(hold) = credit::hold(draft, context, &task, price, expires) else {
            return false;
        };
        task.hold = Some(hold);
    } else if let Some(hold) = task.hold {
        // Each attempt has the whole time again: its hold never ends under it.
        credit::prolong(draft, hold, context.now.plus(HOLD_LIFETIME));
    }
    task.status = TaskStatus::Running;
    task.attempts += 1;
    task.not_before = None;
    task.updated_at = context.now;
    take_turn(draft, &task);
    let effect = SiteEffect::RunTask { task: task.id, attempt: task.attempts };
    draft.put(SiteRecord::Task(task));
    draft.effect(effect);
    true
}

/// Notes whose turn it was; a share that was the latest already stays so without a record.
fn take_turn(draft: &mut Draft<'_, Site>, task: &Task) {
    let (kind, user, last) = (task.input.kind(), task.created_by, draft.queue().last_start());
    if last == 0 || draft.queue().started(kind, user) < last {
        draft.put(SiteRecord::Share(Share { kind, user, started: last + 1 }));
    }
}

/// How long to wait before the next attempt: twice as long each time, with full jitter, unless the
/// other side named a time.
pub(super) fn pause(context: &mut Context, attempts: u32, retry_after_ms: Option<u64>) -> Duration {
    const FIRST: u64 = 2_000;
    const LONGEST: u64 = 5 * 60_000;
    const NAMED_MAX: u64 = 15 * 60_000;
    match retry_after_ms {
        // A little more than named, so that a crowd does not come back at once.
        Some(named) => Duration::from_millis(named.min(NAMED_MAX) + context.entropy.roll() % 250),
        None => {
            let ceiling =
                FIRST.saturating_mul(1 << attempts.min(16).saturating_sub(1)).min(LONGEST);
            Duration::from_millis(ceiling / 2 + context.entropy.roll() % (ceiling / 2 + 1))
        }
    }
}

/// True if trying again can help without anybody doing something first.
pub(super) const fn passes_by_itself(class: FailureClass) -> bool {
    use FailureClass as F;
    matches!(class, F::Timeout | F::RateLimited | F::Unavailable | F::BrokenStream | F::Internal)
}
