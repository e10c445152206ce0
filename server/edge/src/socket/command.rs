//! Commands over the socket. Each asks for the same right as its REST route, and counts in the
//! same limit.

use super::bound::COMMANDS_MAX;
use super::line::Rank;
use super::session::Context;
use crate::access::site_of;
use crate::body::idempotency_of_command;
use crate::convert;
use crate::problem::Problem;
use crate::route::queued;
use igny8_actors_domain::Origin;
use igny8_actors_domain::role::{Action, allows};
use igny8_actors_domain::site::{QueueScope, SiteCommand};
use igny8_actors_runtime::Idempotency;
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::codec::encode;
use igny8_protocol_wire::frame::{ServerFrame, SocketCommand};
use igny8_protocol_wire::queue::{Placement, QueueWork};
use igny8_protocol_wire::view::TaskView;
use std::time::Duration;
use tokio::task::JoinSet;

/// What a command asks for: the right, the site, and what the site is told.
struct Meaning {
    action: Action,
    site: SiteId,
    command: SiteCommand,
    /// Under which it counts once.
    idempotency: Option<Idempotency>,
}

impl Meaning {
    const fn control(site: SiteId, command: SiteCommand) -> Self {
        Self { action: Action::ControlTasks, site, command, idempotency: None }
    }
    fn of(command: SocketCommand) -> Result<Self, Problem> {
        use SocketCommand as S;
        Ok(match command {
            // Stopping a run is cancelling its task: what was written stays, and is paid.
            S::CancelTask { site, task } | S::StopRun { site, task } => {
                Self::control(site, SiteCommand::CancelTask { task })
            }
            S::RetryTask { site, task } => Self::control(site, SiteCommand::RetryTask { task }),
            S::QueueWork { site, work, placement, idempotency_key } => {
                let key = idempotency_key.map(|key| once(&key, &work, placement.as_ref()));
                let command = SiteCommand::Place {
                    placement: convert::placement(placement)?,
                    command: Box::new(convert::queue_work(work)),
                };
                let idempotency = key.transpose()?;
                Self { action: Action::GenerateContent, site, command, idempotency }
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

/// The key of a `queue_work`, with all that it says but where: the key counts within its site.
fn once(
    key: &str,
    work: &QueueWork,
    placement: Option<&Placement>,
) -> Result<Idempotency, Problem> {
    let body = encode(&(work, placement)).map_err(|_| Problem::internal())?;
    idempotency_of_command("queue_work", key, &body)
}

const fn pause(scope: QueueScope, paused: bool) -> SiteCommand {
    SiteCommand::PauseQueue { scope, paused }
}

/// Does a command; where it queues, these are the tasks.
async fn obey(context: &Context, command: SocketCommand) -> Result<Option<Vec<TaskView>>, Problem> {
    let Meaning { action, site, command, idempotency } = Meaning::of(command)?;
    let role = context.role().ok_or_else(|| Problem::not_found("workspace"))?;
    let site = site_of(&context.state, context.holder.tenant, site).await?;
    if !allows(role, action) {
        return Err(Problem::forbidden());
    }
    context.state.limits.tenant_change(context.holder.tenant)?;
    let origin = Origin::Account(context.holder.account);
    if action == Action::GenerateContent {
        return queued(&site, origin, context.state.now(), idempotency, command).await.map(Some);
    }
    site.command(origin, idempotency, command).await?;
    Ok(None)
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
            Ok(tasks) => context.outbox.send(Rank::Answer, &ServerFrame::Done { r#ref, tasks }),
            Err(problem) => context.refuse(Some(r#ref), &problem),
        }
    });
}
