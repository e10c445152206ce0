//! Clean-up: ended tasks go when their time is over.

use crate::entity::{Context, Draft, Refusal};
use crate::site::command::SiteReply;
use crate::site::{Site, TaskStatus, queue};
use igny8_protocol_ids::TaskId;
use std::time::Duration;

/// Tasks removed in one commit: some 40 KB of keys and events. The rest goes the next time.
const REMOVED_MAX: usize = 500;
const DAY: Duration = Duration::from_hours(24);

/// Removes tasks that ended more than so many days ago. What waits for a person stays.
pub(in crate::site) fn clean(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    keep_days: u32,
) -> Result<SiteReply, Refusal> {
    let ended =
        [TaskStatus::Succeeded, TaskStatus::Failed, TaskStatus::Cancelled, TaskStatus::Dead];
    let old: Vec<TaskId> = draft
        .tasks()
        .filter(|task| ended.contains(&task.status))
        .filter(|task| context.now.since(task.updated_at) > DAY * keep_days)
        .map(|task| task.id)
        .take(REMOVED_MAX)
        .collect();
    queue::put_away(draft, context, &old);
    Ok(SiteReply::CleanedUp { tasks: u32::try_from(old.len()).unwrap_or(u32::MAX) })
}
