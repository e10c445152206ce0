//! Automation as clients see and set it. Times are milliseconds since 1970, UTC.

use igny8_protocol_ids::{AccountId, Credits, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// What runs by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum AutomationKind {
    /// New keywords into clusters.
    Cluster,
    /// Clusters without ideas into ideas.
    Ideas,
    /// New ideas into drafts.
    Drafts,
    /// Images for drafts that have none.
    Images,
    /// Approved documents to the site.
    Publish,
    /// Ended tasks go.
    CleanUp,
}

impl FromStr for AutomationKind {
    type Err = serde::de::value::Error;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::deserialize(serde::de::value::StrDeserializer::new(word))
    }
}

/// A set of timings for all six.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum AutomationPreset {
    /// Drafts every three hours.
    Standard,
    /// Drafts every hour.
    HourlyDrafts,
}

/// What happens to executions whose time passed while nothing could run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// They are missed.
    None,
    /// The last of them runs.
    Last,
    /// All of them run, one after another.
    All,
}

/// What happens when it is time and the execution before has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// The new one is skipped.
    Skip,
    /// The new one waits; one waits at most.
    Queue,
}

/// When something recurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoParams, TS)]
#[into_params(parameter_in = Query)]
pub struct Timing {
    /// Minute, hour, day of the month, month, day of the week.
    pub cron: String,
    /// The IANA name of a time zone.
    pub zone: String,
}

/// What a timing comes to: `GET /api/settings/automations/timing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct TimingPreview {
    /// The expression in words.
    pub words: String,
    /// The next five times.
    pub upcoming: Vec<Moment>,
}

/// An instant, and the clock on the wall there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// In the zone, with its offset.
    pub wall_clock: String,
}

/// Within which bounds an automation runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct AutomationRules {
    /// What is caught up with.
    pub catch_up: CatchUp,
    /// How far back.
    pub catch_up_minutes: u32,
    /// When the execution before has not ended.
    pub overlap: Overlap,
    /// Executions start up to so much later, so that not all sites start at once.
    pub jitter_seconds: u32,
    /// Items of one execution.
    pub items_max: u32,
    /// Ideas for each cluster, images for each draft.
    pub each: u32,
    /// Credits that one execution may cost; no bound of its own if absent.
    pub credits_max: Option<u32>,
    /// Publications a day in the schedule's zone.
    pub per_day_max: u32,
    /// Publish at once, or as a draft at the site.
    pub live: bool,
    /// Days for which ended tasks are kept.
    pub keep_days: u32,
    /// Only write down what would be done.
    pub dry_run: bool,
}

/// When an automation runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ScheduleView {
    /// Of what.
    pub kind: AutomationKind,
    /// Off: only by hand.
    pub enabled: bool,
    /// When.
    pub timing: Timing,
    /// The same in words.
    pub words: String,
    /// Within which bounds.
    pub rules: AutomationRules,
    /// When it starts next, jitter included; absent while it is off.
    pub next_at: Option<Timestamp>,
    /// When somebody changed it last; absent until then.
    pub updated_at: Option<Timestamp>,
}

/// `PUT /api/settings/sites/{site}/automations/{kind}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeSchedule {
    /// On or off.
    pub enabled: bool,
    /// When.
    pub timing: Timing,
    /// Within which bounds.
    pub rules: AutomationRules,
}

/// `POST /api/settings/sites/{site}/automations/preset`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ApplyPreset {
    /// Which.
    pub preset: AutomationPreset,
    /// In this zone.
    pub zone: String,
}

/// `POST /api/system/sites/{site}/automations/{kind}/run`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct RunAutomation {
    /// Only write down what would be done.
    pub dry_run: bool,
}

/// Why an execution runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionTrigger {
    /// It was time.
    Schedule,
    /// Its time had passed while nothing could run.
    CatchUp,
    /// Somebody asked.
    Person,
    /// A program asked.
    System,
}

/// Where an execution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionStatus {
    /// The one before has not ended.
    Waiting,
    /// Asks what may be spent.
    Starting,
    /// Its tasks wait or run.
    Running,
    /// All its tasks ended, none failed.
    Succeeded,
    /// Some of its tasks failed, or it could not be done.
    Failed,
    /// It was not done; the note says why.
    Skipped,
}

/// How a picked item ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum PickOutcome {
    /// Done.
    Succeeded,
    /// Not done.
    Failed,
    /// Stopped by somebody.
    Cancelled,
}

/// An item that an execution took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PickView {
    /// What it is about.
    pub title: String,
    /// Its task; absent in a dry run.
    pub task: Option<TaskId>,
    /// What it costs at most.
    pub price: Credits,
    /// Absent while its task waits or runs.
    pub outcome: Option<PickOutcome>,
    /// Why it failed.
    pub failure: Option<String>,
}

/// An item that an execution left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct SkipView {
    /// What it is about.
    pub title: String,
    /// Why, for programs: `item_limit`, `insufficient_credits`, `failed_before`, …
    pub code: String,
    /// Why, for people.
    pub reason: String,
}

/// One run of an automation: a line of the run history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ExecutionView {
    /// Of what.
    pub kind: AutomationKind,
    /// The instant that the schedule names, or when somebody asked. With the kind, its id.
    pub scheduled_at: Timestamp,
    /// Why it runs.
    pub trigger: ExecutionTrigger,
    /// Who asked.
    pub asked_by: Option<AccountId>,
    /// Nothing is done: it only says what would be.
    pub dry_run: bool,
    /// Status.
    pub status: ExecutionStatus,
    /// What was taken.
    pub picked: Vec<PickView>,
    /// What was left, the first of it by name.
    pub skipped: Vec<SkipView>,
    /// How many more were left.
    pub skipped_more: u32,
    /// What it may cost at most.
    pub price: Credits,
    /// What it did cost so far.
    pub spent: Credits,
    /// In words, where there is more to say.
    pub note: Option<String>,
    /// When it came about.
    pub created_at: Timestamp,
    /// When it picked its items.
    pub started_at: Option<Timestamp>,
    /// When its last task ended.
    pub ended_at: Option<Timestamp>,
}
