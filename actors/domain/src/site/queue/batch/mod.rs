//! Batches: many tasks of one request, watched and steered as one.

mod rest;

pub(in crate::site) use rest::refill;
pub use rest::{Items, Rest};

use super::admission::{Placement, full_price};
use super::control::end;
use super::record::{Batch, BatchCounts, BatchStatus, Pause, PauseReason, Task, TaskStatus};
use crate::entity::{Context, Draft, Origin, Refusal};
use crate::site::command::{SiteCommand, SiteReply};
use crate::site::record::SiteRecord;
use crate::site::state::{Site, bounded};
use igny8_protocol_ids::{BatchId, Credits, TaskId};
use serde::{Deserialize, Serialize};
use std::mem;

/// The longest title of a batch, in characters.
const TITLE_CHARS_MAX: usize = 200;
/// A share of failures says nothing before so many tasks ended.
const STOP_ENDS_MIN: u32 = 5;

/// A batch with where its tasks are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchSummary {
    /// The batch.
    pub batch: Batch,
    /// How many of its tasks are where.
    pub counts: BatchCounts,
}

impl Site {
    /// A batch with where its tasks are.
    pub fn batch_summary(&self, id: BatchId) -> Option<BatchSummary> {
        let batch = self.batch(id)?.clone();
        let counts = self.queue().counts(id).plus(batch.removed);
        Some(BatchSummary { batch, counts })
    }
    /// The tasks of a batch that are in the state, the oldest first.
    pub fn batch_tasks(&self, id: BatchId) -> impl Iterator<Item = &Task> {
        self.queue().children(id).filter_map(|id| self.task(id))
    }
}

fn batch(site: &Site, id: BatchId) -> Result<Batch, Refusal> {
    site.batch(id).cloned().ok_or_else(|| Refusal::not_found("batch"))
}

fn answer(site: &Site, id: BatchId) -> Result<SiteReply, Refusal> {
    site.batch_summary(id).map(SiteReply::Batch).ok_or_else(|| Refusal::not_found("batch"))
}

/// Queues what a command queues as one batch; `queue` gives the command with its placement.
pub(in crate::site) fn begin(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    (title, stop_percent): (&str, Option<u8>),
    placement: Placement,
    command: SiteCommand,
) -> Result<SiteReply, Refusal> {
    let title = bounded("title", title.trim(), 1, TITLE_CHARS_MAX)?;
    if stop_percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
        let message = "A batch stops when 1 to 100 percent of its ended tasks failed.";
        return Err(Refusal::invalid("stop_percent", message));
    }
    let id = BatchId::new(context.now, context.entropy.chance());
    let fresh = Batch {
        id,
        title,
        status: BatchStatus::Open,
        paused: None,
        stop_percent,
        forgiven: (0, 0),
        price: Credits::ZERO,
        removed: BatchCounts::default(),
        to_come: 0,
        skipped: 0,
        created_by: match context.origin {
            Origin::Account(account) => Some(account),
            Origin::System => None,
        },
        created_at: context.now,
        ended_at: None,
    };
    // It stands before its tasks: they are counted with it.
    draft.put(SiteRecord::Batch(fresh.clone()));
    let placement = Placement { batch: Some(id), ..placement };
    let (command, rests) = rest::split(draft, id, &placement, command)?;
    let SiteReply::Tasks(tasks) = crate::site::place(draft, context, &placement, command)? else {
        return Err(Refusal::invalid("not_a_batch", "Only what queues tasks makes a batch."));
    };
    let (to_come, price_to_come) = rest::keep(draft, rests);
    let own = || tasks.iter().filter(|task| task.batch == Some(id));
    let price = Credits(own().map(full_price).fold(price_to_come.0, i64::saturating_add));
    let skipped = u32::try_from(tasks.len() - own().count()).unwrap_or(u32::MAX);
    draft.put(SiteRecord::Batch(Batch { price, to_come, skipped, ..fresh }));
    if draft.queue().counts(id).total() == 0 && to_come == 0 {
        let message = "All of these wait or run already: there is nothing to add.";
        return Err(Refusal::conflict("all_known", message));
    }
    answer(draft, id)
}

/// After a task of a batch ended: stops the batch if too much fails, ends it with its last task.
pub(super) fn note_end(draft: &mut Draft<'_, Site>, context: &Context, id: BatchId) {
    let Some(mut batch) = draft.batch(id).cloned() else { return };
    let counts = draft.queue().counts(id).plus(batch.removed);
    if batch.ended_at.is_some() {
        return;
    }
    if counts.open() == 0 && batch.to_come == 0 {
        batch.ended_at = Some(context.now);
        batch.paused = None;
        if batch.status == BatchStatus::Open {
            batch.status = BatchStatus::Finished;
        }
    } else if batch.paused.is_none() && fails_too_much(&batch, counts) {
        let reason = PauseReason::ErrorRate;
        batch.paused = Some(Pause { reason, by: None, at: context.now });
    } else {
        return;
    }
    draft.put(SiteRecord::Batch(batch));
}

/// Failures and ends that count for the share that stops a batch.
fn ends(counts: BatchCounts) -> (u32, u32) {
    (counts.failures(), counts.failures() + counts.succeeded)
}

fn fails_too_much(batch: &Batch, counts: BatchCounts) -> bool {
    let Some(percent) = batch.stop_percent else { return false };
    let (failures, ended) = ends(counts);
    let failures = failures.saturating_sub(batch.forgiven.0);
    let ended = ended.saturating_sub(batch.forgiven.1);
    ended >= STOP_ENDS_MIN && u64::from(failures) * 100 >= u64::from(percent) * u64::from(ended)
}

/// Pauses a batch, or lets it go on; what failed so far does not stop it again.
pub(super) fn pause(
    draft: &mut Draft<'_, Site>,
    id: BatchId,
    pause: Option<Pause>,
) -> Result<SiteReply, Refusal> {
    let mut batch = batch(draft, id)?;
    refuse_ended(&batch)?;
    if batch.paused.is_some() != pause.is_some() {
        batch.paused = pause;
        if pause.is_none() {
            batch.forgiven = ends(draft.queue().counts(id).plus(batch.removed));
        }
        draft.put(SiteRecord::Batch(batch));
    }
    answer(draft, id)
}

fn refuse_ended(batch: &Batch) -> Result<(), Refusal> {
    if batch.status == BatchStatus::Open {
        return Ok(());
    }
    Err(Refusal::conflict("batch_ended", "The batch has ended."))
}

/// Cancels what waits of a batch, drops what was still to come, and tells what runs to end.
pub(in crate::site) fn cancel(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: BatchId,
) -> Result<SiteReply, Refusal> {
    let mut batch = batch(draft, id)?;
    refuse_ended(&batch)?;
    batch.status = BatchStatus::Cancelled;
    batch.paused = None;
    batch.removed.cancelled += mem::take(&mut batch.to_come);
    rest::drop_all(draft, id);
    draft.put(SiteRecord::Batch(batch));
    let open = |task: &&Task| task.status == TaskStatus::Queued || !task.stop_requested;
    let open: Vec<TaskId> = draft
        .batch_tasks(id)
        .filter(|task| task.status.is_open())
        .filter(open)
        .map(|task| task.id)
        .collect();
    for id in open {
        if let Some(task) = draft.task(id).cloned() {
            end(draft, context, task)?;
        }
    }
    // Without a task that waits or runs there was no end to note.
    note_end(draft, context, id);
    answer(draft, id)
}
