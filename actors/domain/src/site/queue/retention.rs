//! What ended leaves the state: the state of a site is in memory, and must not grow for ever.

use super::limits;
use super::record::{Batch, Task, TaskInput};
use crate::entity::{Context, Draft};
use crate::site::command::SiteEffect;
use crate::site::record::SiteRecord;
use crate::site::state::{Site, task_key};
use igny8_protocol_ids::{TaskId, Timestamp};

/// Removed at once: one outbox record and one log write for many tasks. The state holds so many
/// more than it is set to keep.
const REMOVED_AT_ONCE: usize = 128;

/// Puts the oldest ended tasks away, once there are enough of them too many; and the oldest dead
/// letters beyond their bound.
pub(in crate::site) fn sweep(draft: &mut Draft<'_, Site>, context: &Context) {
    let kept = draft.queue_settings().kept_tasks as usize;
    if draft.queue().ended() >= kept + REMOVED_AT_ONCE {
        let oldest = draft.queue().oldest_ended().take(REMOVED_AT_ONCE);
        let oldest: Vec<TaskId> = oldest.map(|(_, id)| id).collect();
        remove(draft, context, &oldest);
    }
    if draft.queue().dead_count() >= limits::DEAD_LETTERS_MAX + REMOVED_AT_ONCE {
        let oldest: Vec<TaskId> = draft.queue().dead().take(REMOVED_AT_ONCE).collect();
        remove(draft, context, &oldest);
    }
}

/// Puts away what ended too long ago.
pub(in crate::site) fn sweep_old(draft: &mut Draft<'_, Site>, context: &Context) {
    let kept = draft.queue_settings().kept();
    let old = draft.queue().oldest_ended().take_while(|(at, _)| at.plus(kept) <= context.now);
    let old: Vec<TaskId> = old.map(|(_, id)| id).take(REMOVED_AT_ONCE).collect();
    remove(draft, context, &old);
}

/// When the oldest ended task has been kept long enough.
pub(in crate::site) fn next_old(site: &Site) -> Option<Timestamp> {
    let (at, _) = site.queue().oldest_ended().next()?;
    Some(at.plus(site.queue_settings().kept()))
}

/// Takes tasks out of the state; the log keeps what they were (R4).
pub(in crate::site) fn remove(draft: &mut Draft<'_, Site>, context: &Context, ids: &[TaskId]) {
    let mut tasks: Vec<Task> = ids.iter().filter_map(|id| draft.task(*id)).cloned().collect();
    if tasks.is_empty() {
        return;
    }
    for task in &mut tasks {
        // Thousands of ids, which the title counts: a log entry is small.
        if let TaskInput::Cluster { keywords } = &mut task.input {
            keywords.clear();
        }
        draft.delete(task_key(task.id));
        let Some(mut batch) = task.batch.and_then(|id| draft.batch(id)).cloned() else { continue };
        *batch.removed.of(task.status) += 1;
        put_or_drop(draft, batch);
    }
    draft.effect(SiteEffect::KeepTasks { tasks, at: context.now });
}

/// An ended batch goes with the last of its tasks.
fn put_or_drop(draft: &mut Draft<'_, Site>, batch: Batch) {
    let is_empty = draft.queue().counts(batch.id).total() == 0;
    if is_empty && batch.ended_at.is_some() {
        draft.delete(crate::site::state::batch_key(batch.id));
    } else {
        draft.put(SiteRecord::Batch(batch));
    }
}
