//! The way into the queue.

use super::limits;
use super::priority::Priority;
use super::start::pump;
use super::task::{Task, TaskInput, TaskStatus};
use crate::entity::{Context, Draft, Origin, Refusal};
use crate::ledger::price;
use crate::site::command::SiteReply;
use crate::site::record::SiteRecord;
use crate::site::state::Site;
use igny8_protocol_ids::{Credits, TaskId};

pub(super) fn queue(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    inputs: Vec<(String, TaskInput, Credits)>,
) -> Result<SiteReply, Refusal> {
    let waiting = draft.queue().waiting();
    if waiting + inputs.len() > limits::TASKS_QUEUED_MAX {
        return Err(Refusal::new(
            crate::RefusalKind::Busy,
            "queue_full",
            format!(
                "{waiting} tasks wait already; {} may. Try again when some are done.",
                limits::TASKS_QUEUED_MAX
            ),
        ));
    }
    let tasks: Vec<Task> = inputs.into_iter().map(|input| enqueue(draft, context, input)).collect();
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    pump(draft, context);
    Ok(SiteReply::Tasks(ids.iter().filter_map(|id| draft.task(*id)).cloned().collect()))
}

/// The number for the next task. Ids of one millisecond are in no order, so that the newest task
/// alone does not tell.
fn next_number(site: &Site) -> u64 {
    let newest = site.tasks().next_back().map_or(0, |task| task.number);
    newest.max(site.queue().last_number()) + 1
}

/// Puts one task into the queue.
pub(super) fn enqueue(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    (title, input, price): (String, TaskInput, Credits),
) -> Task {
    let task = Task {
        id: TaskId::new(context.now, context.entropy.chance()),
        number: next_number(draft),
        title,
        input,
        priority: Priority::NORMAL,
        status: TaskStatus::Queued,
        attempts: 0,
        price,
        hold: None,
        spent: Credits::ZERO,
        not_before: None,
        stop_requested: false,
        failure: None,
        unread: None,
        given: Vec::new(),
        model: None,
        response: None,
        created_by: match context.origin {
            Origin::Account(account) => Some(account),
            Origin::System => None,
        },
        created_at: context.now,
        updated_at: context.now,
    };
    draft.put(SiteRecord::Task(task.clone()));
    task
}

/// Refuses what was just queued if it costs more than there is: the draft is undone.
pub(in crate::site) fn within(reply: &SiteReply, budget: Credits) -> Result<(), Refusal> {
    let SiteReply::Tasks(tasks) = reply else { return Ok(()) };
    let price = tasks.iter().map(full_price).fold(0, i64::saturating_add);
    if price <= budget.0 {
        return Ok(());
    }
    Err(Refusal::new(
        crate::RefusalKind::PaymentRequired,
        "insufficient_credits",
        format!(
            "This needs {price} credits and {} are available. Nothing was charged. Buy credits or do less at once.",
            budget.0
        ),
    ))
}

/// A task's price with that of the images which it will queue.
pub(in crate::site) fn full_price(task: &Task) -> i64 {
    let images = match task.input {
        TaskInput::Draft { images, .. } => price::price_of_images(images as usize).0,
        _ => 0,
    };
    task.price.0.saturating_add(images)
}
