//! Holding up all work of a tenant: each site is told, and keeps it with its own pauses.

use super::command::{TenantEffect, TenantEvent, TenantReply};
use super::message::SiteMessage;
use super::record::{TenantRecord, WorkPause};
use super::right::authorise;
use super::state::{Tenant, work_pause_key};
use crate::entity::{Context, Draft, Origin, Refusal};
use crate::role::Action;
use igny8_protocol_ids::SiteId;

pub(super) fn pause(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    paused: bool,
) -> Result<TenantReply, Refusal> {
    authorise(draft, context, Action::ControlTasks)?;
    if draft.work_pause().is_some() == paused {
        return Ok(TenantReply::Done);
    }
    if paused {
        let by = match context.origin {
            Origin::Account(account) => Some(account),
            Origin::System => None,
        };
        draft.put(TenantRecord::WorkPause(WorkPause { by, since: context.now }));
    } else {
        draft.delete(work_pause_key());
    }
    let pause = draft.work_pause();
    draft.event(TenantEvent::WorkPaused(pause));
    let sites: Vec<SiteId> = draft.sites().map(|site| site.id).collect();
    for site in sites {
        let message = message(pause);
        draft.effect(TenantEffect::ToSite { site, message });
    }
    Ok(TenantReply::Done)
}

/// A new site of a tenant whose work is held up begins held up.
pub(super) fn tell(draft: &mut Draft<'_, Tenant>, site: SiteId) {
    if let Some(pause) = draft.work_pause() {
        let message = message(Some(pause));
        draft.effect(TenantEffect::ToSite { site, message });
    }
}

fn message(pause: Option<WorkPause>) -> SiteMessage {
    SiteMessage::PauseQueue {
        by: pause.and_then(|pause| pause.by),
        since: pause.map(|pause| pause.since),
    }
}
