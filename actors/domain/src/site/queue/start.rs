//! What starts when.

use super::index::unpaid;
use super::record::{KindSettings, PauseScope, Share, Task, TaskKind, TaskStatus};
use crate::entity::{Context, Draft};
use crate::sabotage::Sabotage;
use crate::site::command::SiteEffect;
use crate::site::credit;
use crate::site::record::{Ask, SiteRecord};
use crate::site::state::Site;
use igny8_protocol_ids::{Credits, Timestamp, TransferId};
use std::time::Duration;

/// The longest pause between two attempts: what the other side may name, and a little more.
const PAUSE_MAX: Duration = Duration::from_millis(NAMED_PAUSE_MAX_MS + PAUSE_JITTER_MS);
const NAMED_PAUSE_MAX_MS: u64 = 15 * 60_000;
const PAUSE_JITTER_MS: u64 = 250;

/// How long a hold lasts: the longest ladder of attempts and pauses that its kind allows. Each
/// attempt begins it anew, so that a hold never ends under a task that still has attempts.
fn hold_lifetime(draft: &Draft<'_, Site>, kind: TaskKind) -> Duration {
    if Sabotage::HoldExpiresEarly.is_on() {
        return Duration::from_secs(10);
    }
    let KindSettings { attempts, .. } = draft.queue_settings().kind(kind);
    (draft.queue_settings().kind(kind).run_max() + PAUSE_MAX).saturating_mul(attempts)
}

/// Delayed tasks that come due in one decision: 10,000 of the same second must not make one commit
/// too large. The rest come with the next tick, a moment later.
const DUE_PER_DECISION_MAX: usize = 256;
/// Starts in one decision, for the same reason; more than there are places.
const STARTS_PER_DECISION_MAX: usize = 256;

/// Why no task of a kind can start just now, whichever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// Somebody holds it up.
    Paused(PauseScope),
    /// The places of the kind, or of the site, are taken.
    Places,
    /// The rate of the kind or of the site allows the next start then.
    Rate(Timestamp),
}

/// What keeps a kind from starting anything just now.
pub(super) fn closed(site: &Site, kind: TaskKind, now: Timestamp) -> Option<Closed> {
    if let Some(closed) = full(site, kind) {
        return Some(closed);
    }
    rate_free_at(site, kind).filter(|at| *at > now).map(Closed::Rate)
}

/// What keeps a kind from starting anything, apart from its rate: what time alone does not change.
fn full(site: &Site, kind: TaskKind) -> Option<Closed> {
    let (queue, settings) = (site.queue(), site.queue_settings());
    if let Some(pause) = queue.pause_of(kind) {
        return Some(Closed::Paused(pause.scope));
    }
    let taken =
        queue.running(kind) >= settings.kind(kind).places || queue.running_all() >= settings.places;
    taken.then_some(Closed::Places)
}

/// When the rates of a kind and of the site allow the next start; `None` without rates.
pub(super) fn rate_free_at(site: &Site, kind: TaskKind) -> Option<Timestamp> {
    let settings = site.queue_settings();
    let own = settings.kind(kind).rate.map(|rate| site.queue().pace(Some(kind)).free_at(rate));
    let all = settings.rate.map(|rate| site.queue().pace(None).free_at(rate));
    own.max(all)
}

/// When a rate lets the next task start that nothing else holds up.
pub(in crate::site) fn next_by_rate(site: &Site) -> Option<Timestamp> {
    let settings = site.queue_settings();
    if settings.rate.is_none() && settings.kinds.values().all(|kind| kind.rate.is_none()) {
        return None;
    }
    let open = |kind: &TaskKind| full(site, *kind).is_none();
    let spendable = site.ledger().balance().available;
    // What cannot be paid is no reason to wake while credits are asked for: they wake it.
    let is_asking = site.ask().is_some();
    let is_paid = |id| site.task(id).is_some_and(|task| !is_asking || unpaid(task) <= spendable);
    let affordable = site.queue().next(|kind| open(&kind), true).is_some_and(is_paid);
    let kinds = TaskKind::ALL.into_iter().filter(open);
    let ready =
        kinds.filter(|kind| site.queue().next(|of| of == *kind, affordable).is_some_and(is_paid));
    ready.filter_map(|kind| rate_free_at(site, kind)).min()
}

/// Starts what can start: hold, start and outbox record in the same commit (R6). Asks the tenant
/// for the credits that are missing.
pub(in crate::site) fn pump(draft: &mut Draft<'_, Site>, context: &mut Context) {
    if draft.card().is_none() {
        return;
    }
    wake_due(draft, context);
    // Once the next one cannot be paid, what there is stays reserved for it.
    let mut short = None;
    for _ in 0..STARTS_PER_DECISION_MAX {
        let may = |kind| closed(draft, kind, context.now).is_none();
        let Some(task) = draft.queue().next(may, short.is_none()).and_then(|id| draft.task(id))
        else {
            break;
        };
        let price = unpaid(task);
        if price > Credits::ZERO && draft.ledger().spendable(context.now) < price {
            short = Some(price);
            continue;
        }
        let task = task.clone();
        if !start(draft, context, task, price) {
            short = Some(price);
        }
    }
    match short {
        Some(price) => ask(draft, context, price),
        None => credit::ask_anew(draft),
    }
}

/// Delayed tasks whose time has come stand in line with the others.
fn wake_due(draft: &mut Draft<'_, Site>, context: &Context) {
    for id in draft.queue().due(context.now, DUE_PER_DECISION_MAX) {
        let Some(mut task) = draft.task(id).cloned() else { continue };
        task.not_before = None;
        draft.put(SiteRecord::Task(task));
    }
}

/// Asks for what everything needs that waits, and at least for what the next one needs that could
/// start but for its price.
fn ask(draft: &mut Draft<'_, Site>, context: &mut Context, price: Credits) {
    if draft.ask().is_some_and(|ask| ask.again_at.is_none_or(|at| at > context.now)) {
        return;
    }
    let refusals = draft.ask().map_or(0, |ask| ask.refusals);
    let kinds = TaskKind::ALL.into_iter().filter(|kind| draft.queue().pause_of(*kind).is_none());
    let unpaid: i64 = kinds.map(|kind| draft.queue().unpaid(kind).0).sum();
    let spendable = draft.ledger().spendable(context.now);
    let least = Credits(price.0 - spendable.0);
    let missing = Credits(unpaid - spendable.0).max(least);
    if missing > Credits::ZERO {
        let transfer = TransferId::new(context.now, context.entropy.chance());
        draft.put(SiteRecord::Ask(Ask { transfer, amount: missing, again_at: None, refusals }));
        draft.effect(SiteEffect::AskCredits { transfer, amount: missing, least });
    }
}

/// Starts one task; false if its credits could not be held.
fn start(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    mut task: Task,
    price: Credits,
) -> bool {
    let lifetime = hold_lifetime(draft, task.input.kind());
    if price > Credits::ZERO {
        let expires = context.now.plus(lifetime);
        // Checked against the same balance just before; a refusal leaves the task waiting.
        let Some(hold) = credit::hold(draft, context, &task, price, expires) else {
            return false;
        };
        task.hold = Some(hold);
    } else if let Some(hold) = task.hold {
        // Each attempt has the whole time again: its hold never ends under it.
        credit::prolong(draft, hold, context.now.plus(lifetime));
    }
    task.status = TaskStatus::Running;
    task.attempts += 1;
    task.models_changed = false;
    task.not_before = None;
    task.updated_at = context.now;
    task.started_at = Some(context.now);
    let longest = draft.queue_settings().kind(task.input.kind()).run_max();
    task.deadline = Some(context.now.plus(longest));
    take_turn(draft, &task);
    take_tokens(draft, task.input.kind(), context.now);
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

/// A start takes a token of its kind and one of the site, where they have rates.
fn take_tokens(draft: &mut Draft<'_, Site>, kind: TaskKind, now: Timestamp) {
    let rates =
        [(Some(kind), draft.queue_settings().kind(kind).rate), (None, draft.queue_settings().rate)];
    for (kind, rate) in rates {
        if let Some(rate) = rate {
            let pace = draft.queue().pace(kind).after_start(now, rate);
            draft.put(SiteRecord::Pace(pace));
        }
    }
}

/// How long to wait before the next attempt: twice as long each time, with full jitter, unless the
/// other side named a time.
pub(super) fn pause(context: &mut Context, attempts: u32, retry_after_ms: Option<u64>) -> Duration {
    const FIRST: u64 = 2_000;
    const LONGEST: u64 = 5 * 60_000;
    match retry_after_ms {
        // A little more than named, so that a crowd does not come back at once.
        Some(named) => {
            let jitter = context.entropy.roll() % PAUSE_JITTER_MS;
            Duration::from_millis(named.min(NAMED_PAUSE_MAX_MS) + jitter)
        }
        None => {
            let ceiling =
                FIRST.saturating_mul(1 << attempts.min(16).saturating_sub(1)).min(LONGEST);
            Duration::from_millis(ceiling / 2 + context.entropy.roll() % (ceiling / 2 + 1))
        }
    }
}
