//! Commands over the socket. Each asks for the same right as its REST route, and counts in the
//! same limit.

use super::bound::COMMANDS_MAX;
use super::outbox::Rank;
use super::session::Context;
use crate::access::site_of;
use crate::problem::Problem;
use igny8_actors_domain::Origin;
use igny8_actors_domain::role::{Action, allows};
use igny8_actors_domain::site::SiteCommand;
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::frame::{ServerFrame, SocketCommand};
use std::time::Duration;
use tokio::task::JoinSet;

/// What a command asks for: the right, the site, and what the site is told.
fn meaning(command: &SocketCommand) -> (Action, SiteId, SiteCommand) {
    match *command {
        // Stopping a run is cancelling its task: what was written stays, and is paid.
        SocketCommand::CancelTask { site, task } | SocketCommand::StopRun { site, task } => {
            (Action::ControlTasks, site, SiteCommand::CancelTask { task })
        }
        SocketCommand::RetryTask { site, task } => {
            (Action::ControlTasks, site, SiteCommand::RetryTask { task })
        }
    }
}

async fn obey(context: &Context, command: &SocketCommand) -> Result<(), Problem> {
    let (action, site, command) = meaning(command);
    let role = context.role().ok_or_else(|| Problem::not_found("workspace"))?;
    let site = site_of(&context.state, context.holder.tenant, site).await?;
    if !allows(role, action) {
        return Err(Problem::forbidden());
    }
    context.state.limits.tenant_change(context.holder.tenant)?;
    site.command(Origin::Account(context.holder.account), None, command).await?;
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
        match obey(&context, &command).await {
            Ok(()) => context.outbox.send(Rank::Answer, &ServerFrame::Done { r#ref }),
            Err(problem) => context.refuse(Some(r#ref), &problem),
        }
    });
}
