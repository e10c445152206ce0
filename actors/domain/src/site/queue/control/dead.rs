//! Dead letters: ended without success, kept until a person has handled them.

use super::{TaskEdit, replay, task};
use crate::entity::{Context, Draft, Refusal};
use crate::site::command::SiteReply;
use crate::site::queue::record::{FailureClass, Task, TaskKind};
use crate::site::queue::start::pump;
use crate::site::queue::{limits, retention};
use crate::site::state::Site;
use igny8_protocol_ids::TaskId;

/// Which dead letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeadFilter {
    /// Of this kind.
    pub kind: Option<TaskKind>,
    /// That failed like this.
    pub class: Option<FailureClass>,
}

impl DeadFilter {
    /// True if a task is meant.
    pub fn fits(&self, task: &Task) -> bool {
        let class = task.failure.as_ref().map(|failure| failure.class);
        self.kind.is_none_or(|kind| kind == task.input.kind())
            && self.class.is_none_or(|wanted| class == Some(wanted))
    }
}

impl Site {
    /// The dead letters, the oldest first.
    pub fn dead_letters(&self) -> impl DoubleEndedIterator<Item = &Task> {
        self.queue().dead().filter_map(|id| self.task(id))
    }
}

/// Queues dead letters again, the oldest first, as many as one request may name.
pub(in crate::site) fn replay_dead(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    filter: DeadFilter,
) -> SiteReply {
    let fits: Vec<TaskId> =
        draft.dead_letters().filter(|task| filter.fits(task)).map(|task| task.id).collect();
    let (mut replayed, mut refused) = (0, 0);
    for id in fits.iter().take(limits::TASKS_PER_CHANGE_MAX) {
        let room = draft.queue().waiting() < limits::TASKS_QUEUED_MAX;
        let Some(task) = draft.task(*id).filter(|_| room).cloned() else { break };
        match replay(draft, context, task, TaskEdit::default()) {
            Ok(()) => replayed += 1,
            // What it worked on has changed since: it stays where it is.
            Err(_) => refused += 1,
        }
    }
    pump(draft, context);
    let left = u32::try_from(fits.len()).unwrap_or(u32::MAX).saturating_sub(replayed + refused);
    SiteReply::Replayed { replayed, refused, left }
}

/// Puts dead letters away: they leave the state for the log.
pub(in crate::site) fn discard(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    ids: &[TaskId],
) -> Result<SiteReply, Refusal> {
    if ids.is_empty() || ids.len() > limits::TASKS_PER_CHANGE_MAX {
        let max = limits::TASKS_PER_CHANGE_MAX;
        let message = format!("{} tasks are named; 1 to {max} are allowed.", ids.len());
        return Err(Refusal::invalid("invalid_count", message));
    }
    for id in ids {
        if !task(draft, *id)?.status.is_dead_letter() {
            let message = "Only tasks that ended without success can be discarded.";
            return Err(Refusal::conflict("not_dead", message));
        }
    }
    retention::remove(draft, context, ids);
    Ok(SiteReply::Done)
}
