//! `/api/system`, `/version` and the dashboard's overview.

use crate::queue::PauseView;
use crate::view::{BalanceView, KeywordCounts, TaskKind, TaskView};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// `GET /version`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Version {
    /// The server's version.
    pub version: String,
    /// Protocol versions it speaks.
    pub protocols: Vec<u16>,
    /// True with the offline AI and demo credits.
    pub development: bool,
}

/// `GET /api/system/status`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct SystemStatus {
    /// Actors in memory, by kind.
    pub actors: Vec<ActorCount>,
    /// Sockets open.
    pub sockets: u32,
    /// Entities that failed again and again and are kept out.
    pub quarantined: Vec<String>,
}

/// How many actors of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ActorCount {
    /// Kind.
    pub kind: String,
    /// In memory.
    pub resident: u32,
}

/// `GET /api/dashboard/sites/{site}/overview`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Overview {
    /// Keywords by status.
    pub keywords: KeywordCounts,
    /// Clusters.
    pub clusters: u32,
    /// Ideas that wait for a decision.
    pub ideas_new: u32,
    /// Documents by status.
    pub documents: Vec<StatusCount>,
    /// Tasks by status.
    pub tasks: Vec<StatusCount>,
    /// The latest tasks.
    pub recent: Vec<TaskView>,
    /// The whole tenant's credits.
    pub balance: BalanceView,
}

/// How many of a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct StatusCount {
    /// Status.
    pub status: String,
    /// How many.
    pub count: u32,
}

/// `POST queue/pause` and `queue/resume`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PauseQueue {
    /// Which kind of tasks; absent: all.
    #[serde(default)]
    pub kind: Option<TaskKind>,
}

/// Whether all work of the tenant is held up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct WorkState {
    /// The pause; absent while work goes on.
    pub pause: Option<PauseView>,
}
