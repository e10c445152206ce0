//! The way into the queue.

use super::limits;
use super::record::{Priority, Task, TaskInput, TaskStatus, Unique};
use super::start::pump;
use crate::entity::{Context, Draft, Origin, Refusal, RefusalKind};
use crate::lane::UsageSum;
use crate::ledger::price::{PRICE_LIST_VERSION, PriceList};
use crate::site::command::SiteReply;
use crate::site::credit;
use crate::site::record::SiteRecord;
use crate::site::state::Site;
use igny8_protocol_ids::{BatchId, Credits, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest unique key, in bytes: a schedule, an instant and an item fit.
const KEY_BYTES_MAX: usize = 200;
/// The longest time for which a unique key keeps another task out.
const WINDOW_MAX: Duration = Duration::from_hours(30 * 24);
/// The latest start that can be asked for.
const DELAY_MAX: Duration = Duration::from_hours(366 * 24);

/// How tasks are placed in the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// What goes first.
    pub priority: Priority,
    /// Not before this time.
    pub not_before: Option<Timestamp>,
    /// A key, and for how long: while a task with it waits or runs, or succeeded within that time,
    /// it is answered instead of queueing another. Each item of a request has a key of its own.
    pub unique: Option<(String, Duration)>,
    /// The batch that the tasks belong to. The queue sets it; what a command says is ignored.
    pub batch: Option<BatchId>,
}

impl Placement {
    /// The same outside any batch.
    pub(in crate::site) fn alone(self) -> Self {
        Self { batch: None, ..self }
    }

    fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.not_before.is_some_and(|at| at > now.plus(DELAY_MAX)) {
            let message = "A task can be put off by a year at most.";
            return Err(Refusal::invalid("not_before", message));
        }
        let Some((key, window)) = &self.unique else { return Ok(()) };
        if key.is_empty() || key.len() > KEY_BYTES_MAX || *window > WINDOW_MAX {
            let message = format!(
                "A unique key has 1 to {KEY_BYTES_MAX} bytes and holds for 30 days at most."
            );
            return Err(Refusal::invalid("unique_key", message));
        }
        Ok(())
    }
    /// The key of one item.
    fn key_of(&self, item: &str) -> Option<String> {
        self.unique.as_ref().map(|(key, _)| format!("{key}:{item}"))
    }
    fn unique_of(&self, item: &str, now: Timestamp) -> Option<Box<Unique>> {
        let until = now.plus(self.unique.as_ref()?.1);
        Some(Box::new(Unique { key: self.key_of(item)?, until: Some(until) }))
    }
}

/// A task to queue, or one that is there.
pub(super) enum Wanted {
    /// One with the same unique key.
    Known(TaskId),
    /// A new one.
    New(New),
}

/// A task to queue.
pub(super) struct New {
    pub title: String,
    pub input: TaskInput,
    pub price: Credits,
    pub unique: Option<Box<Unique>>,
}

impl New {
    pub(super) fn of(title: String, input: TaskInput, price: Credits) -> Self {
        Self { title, input, price, unique: None }
    }
    /// Keeps the key of the placement for an item.
    pub(super) fn keyed(self, placement: &Placement, item: &str, now: Timestamp) -> Wanted {
        Wanted::New(Self { unique: placement.unique_of(item, now).or(self.unique), ..self })
    }
}

/// The task that keeps another one with this key out.
pub(super) fn keeper(site: &Site, key: &str, now: Timestamp) -> Option<TaskId> {
    let task = site.task(site.queue().with_key(key)?)?;
    let until = task.unique.as_ref()?.until;
    let keeps = task.status.is_open() || until.is_some_and(|until| until > now);
    keeps.then_some(task.id)
}

/// The task that keeps out another one for the same item of this placement.
pub(super) fn known(
    site: &Site,
    placement: &Placement,
    item: &str,
    now: Timestamp,
) -> Option<Wanted> {
    keeper(site, &placement.key_of(item)?, now).map(Wanted::Known)
}

pub(super) fn queue(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    placement: &Placement,
    wanted: Vec<Wanted>,
) -> Result<SiteReply, Refusal> {
    placement.check(context.now)?;
    let waiting = draft.queue().waiting();
    if waiting + wanted.len() > limits::TASKS_QUEUED_MAX {
        return Err(Refusal::new(
            RefusalKind::Busy,
            "queue_full",
            format!(
                "{waiting} tasks wait already; {} may. Try again when some are done.",
                limits::TASKS_QUEUED_MAX
            ),
        ));
    }
    let mut ids = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        ids.push(match wanted {
            Wanted::Known(id) => id,
            // One request may name an item twice.
            Wanted::New(new) => match kept_out(draft, &new, context.now) {
                Some(id) => id,
                None => enqueue(draft, context, placement, new),
            },
        });
    }
    credit::ask_anew(draft);
    pump(draft, context);
    Ok(SiteReply::Tasks(ids.iter().filter_map(|id| draft.task(*id)).cloned().collect()))
}

fn kept_out(site: &Site, new: &New, now: Timestamp) -> Option<TaskId> {
    keeper(site, &new.unique.as_ref()?.key, now)
}

/// The number for the next task. Ids of one millisecond are in no order, so that the newest task
/// alone does not tell.
fn next_number(site: &Site) -> u64 {
    let newest = site.tasks().next_back().map_or(0, |task| task.number);
    newest.max(site.queue().last_number()) + 1
}

/// When a task that begins to wait is given up, if it could start by then.
pub(super) fn waiting_deadline(site: &Site, from: Timestamp) -> Timestamp {
    from.plus(site.queue_settings().waiting_max())
}

/// Puts one task into the queue.
pub(super) fn enqueue(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    placement: &Placement,
    new: New,
) -> TaskId {
    let id = TaskId::new(context.now, context.entropy.chance());
    let not_before = placement.not_before.filter(|at| *at > context.now);
    draft.put(SiteRecord::Task(Task {
        id,
        number: next_number(draft),
        title: new.title,
        input: new.input,
        priority: placement.priority,
        status: TaskStatus::Queued,
        attempts: 0,
        attempts_before: 0,
        models_changed: false,
        price: new.price,
        price_list: PRICE_LIST_VERSION,
        hold: None,
        spent: Credits::ZERO,
        not_before,
        deadline: Some(waiting_deadline(draft, not_before.unwrap_or(context.now))),
        started_at: None,
        paused: None,
        held_up: None,
        batch: placement.batch,
        unique: new.unique,
        stop_requested: false,
        failure: None,
        unread: None,
        given: Vec::new(),
        model: None,
        response: None,
        usage: UsageSum::default(),
        created_by: match context.origin {
            Origin::Account(account) => Some(account),
            Origin::System => None,
        },
        created_at: context.now,
        updated_at: context.now,
    }));
    id
}

/// The code of a refusal for lack of credits.
pub const INSUFFICIENT_CREDITS: &str = "insufficient_credits";

/// Refuses what was just queued if it costs more than there is: the draft is undone.
pub(in crate::site) fn within(reply: &SiteReply, budget: Credits) -> Result<(), Refusal> {
    let price = price_of(reply).0;
    if price <= budget.0 {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::PaymentRequired,
        INSUFFICIENT_CREDITS,
        format!(
            "This needs {price} credits and {} are available. Nothing was charged. Buy credits or do less at once.",
            budget.0
        ),
    ))
}

/// What all that was just queued costs at most.
pub(in crate::site) fn price_of(reply: &SiteReply) -> Credits {
    match reply {
        SiteReply::Tasks(tasks) => {
            Credits(tasks.iter().map(full_price).fold(0, i64::saturating_add))
        }
        SiteReply::Batch(summary) => summary.batch.price,
        _ => Credits::ZERO,
    }
}

/// A task's price with that of the images which it will queue.
pub(in crate::site) fn full_price(task: &Task) -> i64 {
    let images = match task.input {
        TaskInput::Draft { images, .. } => PriceList::of(task.price_list).images(images as usize).0,
        _ => 0,
    };
    task.price.0.saturating_add(images)
}
