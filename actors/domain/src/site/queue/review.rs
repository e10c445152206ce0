//! An answer that could not be read, nor repaired by a second call: the task waits for a person,
//! who may give the answer. Nothing is charged until the task succeeds with it.

use super::admission::waiting_deadline;
use super::finish::{close, reclaim};
use super::record::{Failure, FailureClass, GivenAnswer, Task, TaskKind, TaskStatus};
use super::start::pump;
use crate::answer::{Answer, ClusterNames, Ideas, ImageText, Rewrite, Shape, Unreadable, read_as};
use crate::entity::{Context, Draft, Refusal};
use crate::site::command::SiteReply;
use crate::site::credit;
use crate::site::record::SiteRecord;
use crate::site::state::Site;
use igny8_protocol_ids::{Credits, TaskId};

impl TaskKind {
    /// The shape in which a model answers for such a task; none if it answers in text.
    pub const fn shape(self) -> Option<(&'static str, &'static Shape)> {
        match self {
            Self::Cluster => Some((ClusterNames::NAME, ClusterNames::SHAPE)),
            Self::Ideas => Some((Ideas::NAME, Ideas::SHAPE)),
            Self::Image => Some((ImageText::NAME, ImageText::SHAPE)),
            Self::Rewrite => Some((Rewrite::NAME, Rewrite::SHAPE)),
            Self::Draft | Self::Reparse | Self::Publish | Self::TestRun => None,
        }
    }

    fn check_answer(self, text: &str) -> Option<Result<(), Unreadable>> {
        match self {
            Self::Cluster => Some(read_as::<ClusterNames>(text).map(drop)),
            Self::Ideas => Some(read_as::<Ideas>(text).map(drop)),
            Self::Image => Some(read_as::<ImageText>(text).map(drop)),
            Self::Rewrite => Some(read_as::<Rewrite>(text).map(drop)),
            Self::Draft | Self::Reparse | Self::Publish | Self::TestRun => None,
        }
    }
}

/// The hold goes back; the raw answer is kept with the task.
pub(super) fn park(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    mut task: Task,
    call: u32,
    message: String,
) -> Result<(), Refusal> {
    task.failure = Some(Failure { class: FailureClass::InvalidAnswer, message, at: context.now });
    // The provider bills what was of no use.
    credit::lose(draft, context, &task, &format!("lost:{}:{}", task.id, task.attempts))?;
    task.unread = Some(call);
    let end =
        if task.stop_requested { TaskStatus::Cancelled } else { TaskStatus::WaitingForReview };
    close(draft, context, task, end, Credits::ZERO)
}

/// Takes a person's answer and queues the task again, which reads it in the model's place.
pub(in crate::site) fn submit(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: TaskId,
    answer: &str,
    blob: [u8; 32],
) -> Result<SiteReply, Refusal> {
    let mut task = draft.task(id).cloned().ok_or_else(|| Refusal::not_found("task"))?;
    let (TaskStatus::WaitingForReview, Some(call)) = (task.status, task.unread) else {
        let message = "Only a task that waits for review because of its answer takes one.";
        return Err(Refusal::conflict("no_answer_wanted", message));
    };
    match task.input.kind().check_answer(answer) {
        Some(Ok(())) => {}
        Some(Err(unreadable)) => {
            let message = format!("The answer cannot be read. {unreadable} Nothing was queued.");
            return Err(Refusal::invalid("answer", message));
        }
        None => {
            let message = "This task's text is written in its document: write it there.";
            return Err(Refusal::conflict("no_answer_wanted", message));
        }
    }
    reclaim(draft, context, &task)?;
    task.given.retain(|given| given.call != call);
    task.given.push(GivenAnswer { call, blob });
    task.unread = None;
    task.status = TaskStatus::Queued;
    task.attempts_before = task.attempts;
    task.not_before = None;
    task.deadline = Some(waiting_deadline(draft, context.now));
    task.updated_at = context.now;
    draft.put(SiteRecord::Task(task));
    pump(draft, context);
    Ok(SiteReply::Tasks(draft.task(id).cloned().into_iter().collect()))
}
