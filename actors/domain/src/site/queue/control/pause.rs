//! Holding work up, and letting it go on.

use super::{answer, save, task};
use crate::entity::{Context, Draft, Origin, Refusal};
use crate::site::command::SiteReply;
use crate::site::queue::admission::waiting_deadline;
use crate::site::queue::batch;
use crate::site::queue::finish::release;
use crate::site::queue::record::{
    Pause, PauseReason, PauseScope, QueuePause, TaskKind, TaskStatus,
};
use crate::site::queue::start::pump;
use crate::site::record::SiteRecord;
use crate::site::state::{Site, pause_key};
use igny8_protocol_ids::{AccountId, BatchId, TaskId, Timestamp};

/// What a site can be asked to hold up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueScope {
    /// Everything.
    Site,
    /// One kind.
    Kind(TaskKind),
    /// A batch.
    Batch(BatchId),
    /// A task that waits.
    Task(TaskId),
}

/// A pause by whoever asks.
fn by_person(context: &Context) -> Pause {
    let by = match context.origin {
        Origin::Account(account) => Some(account),
        Origin::System => None,
    };
    Pause { reason: PauseReason::Person, by, at: context.now }
}

/// Pauses or resumes. What runs goes on to its end.
pub(in crate::site) fn pause_queue(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    scope: QueueScope,
    paused: bool,
) -> Result<SiteReply, Refusal> {
    let pause = paused.then(|| by_person(context));
    let reply = match scope {
        QueueScope::Site => set(draft, PauseScope::Site, pause),
        QueueScope::Kind(kind) => set(draft, PauseScope::Kind(kind), pause),
        QueueScope::Batch(batch) => batch::pause(draft, batch, pause)?,
        QueueScope::Task(id) => pause_task(draft, context, id, pause)?,
    };
    pump(draft, context);
    Ok(reply)
}

/// The tenant holds all its sites up, or lets them go on.
pub(in crate::site) fn tenant_pause(
    draft: &mut Draft<'_, Site>,
    by: Option<AccountId>,
    since: Option<Timestamp>,
) {
    let pause = since.map(|at| Pause { reason: PauseReason::Person, by, at });
    set(draft, PauseScope::Tenant, pause);
}

fn set(draft: &mut Draft<'_, Site>, scope: PauseScope, pause: Option<Pause>) -> SiteReply {
    match (pause, draft.queue().pause(scope)) {
        (Some(pause), None) => draft.put(SiteRecord::Pause(QueuePause { scope, pause })),
        (None, Some(_)) => draft.delete(pause_key(scope)),
        // Paused already: who paused first stays named.
        (Some(_), Some(_)) | (None, None) => {}
    }
    SiteReply::Done
}

fn pause_task(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: TaskId,
    pause: Option<Pause>,
) -> Result<SiteReply, Refusal> {
    let mut task = task(draft, id)?;
    if task.status != TaskStatus::Queued {
        return Err(Refusal::conflict(
            "not_waiting",
            "Only a task that waits can be paused or resumed: cancel it if it should end.",
        ));
    }
    if task.paused.is_some() != pause.is_some() {
        // Credits are not kept from others while a task is held up.
        release(draft, context, &mut task)?;
        task.paused = pause;
        task.deadline = Some(waiting_deadline(draft, context.now));
        save(draft, context, task);
    }
    Ok(answer(draft, id))
}
