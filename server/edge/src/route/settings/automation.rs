//! Automations: their settings under `/api/settings`, their control and history under
//! `/api/system`.

use crate::access::{ControlTasks, Id, InSite, ManageSites, Member, ReadContent};
use crate::body::{Asked, Change, Json};
use crate::convert::{self, Word};
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use crate::state::EdgeState;
use http::StatusCode;
use igny8_actors_domain::site::automation::{AutomationKind as Kind, Execution, Schedule, zones};
use igny8_actors_domain::site::{Site, SiteCommand, SiteReply};
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::automation::{
    ApplyPreset, AutomationKind, ChangeSchedule, ExecutionView, RunAutomation, ScheduleView,
    Timing, TimingPreview,
};
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .routes(routes!(list_zones))
        .routes(routes!(preview_timing))
        .routes(routes!(list_automations))
        .routes(routes!(change_automation))
        .routes(routes!(apply_preset))
        .routes(routes!(run_automation))
        .routes(routes!(list_executions))
}

/// The names of all time zones that schedules know.
#[utoipa::path(get, path = "/api/settings/automations/zones", tag = "settings",
    responses((status = 200, body = Vec<String>)))]
async fn list_zones(_: Member<ReadContent>) -> Json<Vec<String>> {
    Json(zones())
}

/// What an expression says in words, and its next five times in a zone.
#[utoipa::path(get, path = "/api/settings/automations/timing", tag = "settings", params(Timing),
    responses((status = 200, body = TimingPreview)))]
async fn preview_timing(
    member: Member<ReadContent>,
    Asked(timing): Asked<Timing>,
) -> Result<Json<TimingPreview>, Problem> {
    let recurrence = convert::timing(timing).read().map_err(igny8_actors_runtime::Failure::from)?;
    Ok(Json(convert::timing_preview(&recurrence, member.state.now())))
}

fn views(schedules: impl IntoIterator<Item = Schedule>) -> Vec<ScheduleView> {
    schedules.into_iter().map(convert::schedule_view).collect()
}

/// The six automations, in the order of the pipeline.
#[utoipa::path(get, path = "/api/settings/sites/{site}/automations", tag = "settings",
    params(("site" = SiteId, Path)), responses((status = 200, body = Vec<ScheduleView>)))]
async fn list_automations(site: InSite<ReadContent>) -> Result<Json<Vec<ScheduleView>>, Problem> {
    let schedules = site.site.read(|site| Kind::ALL.map(|kind| site.schedule(kind))).await?;
    Ok(Json(views(schedules)))
}

async fn set(
    site: &InSite<ManageSites>,
    idempotency: Option<igny8_actors_runtime::Idempotency>,
    command: SiteCommand,
) -> Result<Vec<ScheduleView>, Problem> {
    match site.site.command(site.origin(), idempotency, command).await? {
        SiteReply::Schedules(schedules) => Ok(views(schedules)),
        _ => Err(Problem::not_found("automation")),
    }
}

/// Sets an automation: on or off, when, and within which bounds.
#[utoipa::path(put, path = "/api/settings/sites/{site}/automations/{kind}", tag = "settings",
    params(("site" = SiteId, Path), ("kind" = AutomationKind, Path)), request_body = ChangeSchedule,
    responses((status = 200, body = ScheduleView)))]
async fn change_automation(
    site: InSite<ManageSites>,
    Id(kind): Id<AutomationKind>,
    change: Change<ChangeSchedule>,
) -> Result<Json<ScheduleView>, Problem> {
    let ChangeSchedule { enabled, timing, rules } = change.body;
    let command = SiteCommand::SetSchedule {
        kind: convert::automation_kind_from(kind),
        enabled,
        timing: convert::timing(timing),
        rules: convert::rules(rules),
    };
    let schedules = set(&site, change.idempotency, command).await?;
    schedules.into_iter().next().map(Json).ok_or_else(|| Problem::not_found("automation"))
}

/// Sets all six as a preset has them and turns them on; their bounds stay as they are.
#[utoipa::path(post, path = "/api/settings/sites/{site}/automations/preset", tag = "settings",
    params(("site" = SiteId, Path)), request_body = ApplyPreset,
    responses((status = 200, body = Vec<ScheduleView>)))]
async fn apply_preset(
    site: InSite<ManageSites>,
    change: Change<ApplyPreset>,
) -> Result<Json<Vec<ScheduleView>>, Problem> {
    let ApplyPreset { preset, zone } = change.body;
    let command = SiteCommand::ApplyPreset { preset: convert::preset_from(preset), zone };
    Ok(Json(set(&site, change.idempotency, command).await?))
}

/// Runs an automation now, the same way as when it is time. What came of it is in the history.
#[utoipa::path(post, path = "/api/system/sites/{site}/automations/{kind}/run", tag = "system",
    params(("site" = SiteId, Path), ("kind" = AutomationKind, Path)), request_body = RunAutomation,
    responses((status = 202, body = ExecutionView)))]
async fn run_automation(
    site: InSite<ControlTasks>,
    Id(kind): Id<AutomationKind>,
    change: Change<RunAutomation>,
) -> Result<(StatusCode, Json<ExecutionView>), Problem> {
    let kind = convert::automation_kind_from(kind);
    let command = SiteCommand::RunAutomation { kind, dry_run: change.body.dry_run };
    match site.site.command(site.origin(), change.idempotency, command).await? {
        SiteReply::Execution(execution) => {
            Ok((StatusCode::ACCEPTED, Json(convert::execution_view(*execution))))
        }
        _ => Err(Problem::not_found("automation")),
    }
}

fn page(site: &Site, wanted: &Wanted) -> Page<ExecutionView> {
    let mut executions: Vec<&Execution> = Kind::ALL
        .into_iter()
        .filter(|kind| {
            let word = convert::automation_kind(*kind).word();
            wanted.kind.as_ref().is_none_or(|wanted| *wanted == word)
        })
        .flat_map(|kind| site.executions(kind))
        .filter(|execution| {
            let word = convert::execution_status(execution.status).word();
            wanted.status.as_ref().is_none_or(|wanted| *wanted == word)
        })
        .collect();
    executions.sort_by_key(|execution| std::cmp::Reverse((execution.id.at, execution.id.kind)));
    let key = |execution: &&Execution| {
        let kind = execution.id.kind as u8;
        [&execution.id.at.as_millis().to_be_bytes()[..], &[kind]].concat()
    };
    wanted.cut(Order::NewestFirst, executions.into_iter(), key, |execution| {
        convert::execution_view(execution.clone())
    })
}

/// The run history, the newest first.
#[utoipa::path(get, path = "/api/system/sites/{site}/executions", tag = "system",
    params(("site" = SiteId, Path), PageQuery), responses((status = 200, body = Page<ExecutionView>)))]
async fn list_executions(
    site: InSite<ReadContent>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<ExecutionView>>, Problem> {
    let wanted = Wanted::try_from(query)?;
    Ok(Json(site.site.read(move |site| page(site, &wanted)).await?))
}
