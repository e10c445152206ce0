//! What the site's calls to models used and cost: on their task, and summed by day, model and kind
//! of work.

use super::queue::Task;
use super::record::SiteRecord;
use super::state::Site;
use crate::entity::{Context, Draft};
use crate::lane::{ModelUsage, UsageRow, UsageSum, day_of};
use igny8_protocol_ids::{Credits, TaskId};

impl Site {
    /// What its calls used from a day on, the latest day first.
    pub fn usage_since(&self, day: u32) -> Vec<UsageRow> {
        self.usage().since(day)
    }

    /// What its calls cost from a day on, in millionths of a dollar.
    pub fn cost_since(&self, day: u32) -> u64 {
        self.usage().cost_since(day)
    }
}

/// Books what an attempt used: on its task, and in the sums of the day. Counted for failed and
/// late attempts too: the provider bills them.
pub(super) fn book(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    task: Option<TaskId>,
    used: Vec<ModelUsage>,
) {
    let mut of_task = UsageSum::default();
    let kind = task.and_then(|task| draft.task(task)).map(|task| task.input.kind());
    for used in used {
        of_task.add(&used.sum);
        let row = draft.usage().with((day_of(context.now), kind), used);
        draft.put(SiteRecord::Usage(row));
    }
    for row in draft.usage().surplus() {
        draft.delete(super::state::key(&SiteRecord::Usage(row)));
    }
    if let Some(mut task) = task.and_then(|task| draft.task(task).cloned())
        && !of_task.is_empty()
    {
        task.usage.add(&of_task);
        draft.put(SiteRecord::Task(task));
    }
}

/// What a task costs that no provider had to be asked for: nothing.
pub(super) fn cost_with_reuse(task: &Task, cost: Credits) -> Credits {
    let UsageSum { calls, reused_answers, .. } = task.usage;
    if calls == 0 && reused_answers > 0 { Credits::ZERO } else { cost }
}
