//! Commands over the socket. Each asks for the same right as its REST route, and counts in the
//! same limit.

use super::bound::COMMANDS_MAX;
use super::outbox::Rank;
use super::session::Context;
use crate::access::site_of;
use crate::convert;
use crate::problem::Problem;
use igny8_actors_domain::Origin;
use igny8_actors_domain::role::{Action, allows};
use igny8_actors_domain::site::{QueueScope, SiteCommand};
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::frame::{ServerFrame, SocketCommand};
use std::time::Duration;
use tokio::task::JoinSet;

/// What a command asks for: the right, the site, and what the site is told.
struct Meaning {
    action: Action,
    site: SiteId,
    command: SiteCommand,
}

impl Meaning {
    const fn control(site: SiteId, command: SiteCommand) -> Self {
        Self { action: Action::ControlTasks, site, command }
    }
    fn of(command: SocketCommand) -> Result<Self, Problem> {
        use SocketCommand as S;
        Ok(match command {
            // Stopping a run is cancelling its task: what was written stays, and is paid.
            S::CancelTask { site, task } | S::StopRun { site, task } => {
                Self::control(site, SiteCommand::CancelTask { task })
            }
            S::RetryTask { site, task } => Self::control(site, SiteCommand::RetryTask { task }),
            S::QueueWork { site, work, placement } => {
                let command = SiteCommand::Place {
                    placement: convert::placement(placement)?,
                    command: Box::new(convert::queue_work(work)),
                };
                Self { action: Action::GenerateContent, site, command }
            }
            S::ChangeTasks { site, tasks, priority, not_before } => {
                let priority = priority.map(convert::priority).transpose()?;
                Self::control(site, SiteCommand::ChangeTasks { tasks, priority, not_before })
            }
            S::PauseTask { site, task, paused } => {
                Self::control(site, pause(QueueScope::Task(task), paused))
            }
            S::PauseBatch { site, batch, paused } => {
                Self::control(site, pause(QueueScope::Batch(batch), paused))
            }
            S::PauseQueue { site, kind, paused } => {
                Self::control(site, pause(convert::pause_scope(kind), paused))
            }
            S::CancelBatch { site, batch } => {
                Self::control(site, SiteCommand::CancelBatch { batch })
            }
        })
    }
}

const fn pause(scope: QueueScope, paused: bool) -> SiteCommand {
    SiteCommand::PauseQueue { scope, paused }
}

async fn obey(context: &Context, command: SocketCommand) -> Result<(), Problem> {
    let Meaning { action, site, command } = Meaning::of(command)?;
    let role = context.role().ok_or_else(|| Problem::not_found("workspace"))?;
    let site = site_of(&context.state, context.holder.tenant, site).await?;
    if !allows(role, action) {
        return Err(Problem::forbidden());
    }
    context.state.limits.tenant_change(context.holder.tenant)?;
    let origin = Origin::Account(context.holder.account);
    if action == Action::GenerateContent {
        site.spend(origin, None, command).await?;
    } else {
        site.command(origin, None, command).await?;
    }
    Ok(())
}

/// Does a command beside the socket's other traffic.
pub(super) fn start(
    context: &Context,
    commands: &mut JoinSet<()>,
    r#ref: u32,
    command: SocketCommand,
) {
    if commands.len() >= COMMANDS_MAX {
        let problem = Problem::unavailable(
            "busy",
            "Too many commands are under way.",
            Duration::from_millis(500),
        );
        return context.refuse(Some(r#ref), &problem);
    }
    let context = context.clone();
    commands.spawn(async move {
        match obey(&context, command).await {
            Ok(()) => context.outbox.send(Rank::Answer, &ServerFrame::Done { r#ref }),
            Err(problem) => context.refuse(Some(r#ref), &problem),
        }
    });
}
