//! The automations of a site as its records give them, and what can be read of them.

use super::execution::{Execution, ExecutionId};
use super::kind::{AutomationKind, Preset};
use super::schedule::Schedule;
use crate::entity::RecordKey;
use crate::site::{Site, SiteRecord};
use igny8_protocol_ids::{TaskId, Timestamp};
use std::collections::BTreeMap;

/// The zone of a schedule that nobody set.
pub const DEFAULT_ZONE: &str = "UTC";

/// Schedules and executions, rebuilt from their records.
#[derive(Debug, Default)]
pub(in crate::site) struct Automations {
    schedules: BTreeMap<AutomationKind, Schedule>,
    executions: BTreeMap<ExecutionId, Execution>,
    /// Open tasks and the executions that wait for their ends.
    by_task: BTreeMap<TaskId, ExecutionId>,
}

/// The rest of a schedule's key.
pub(in crate::site) fn schedule_key(kind: AutomationKind) -> RecordKey {
    vec![kind.byte()]
}

/// The rest of an execution's key: ordered by kind and instant.
pub(in crate::site) fn execution_key(id: ExecutionId) -> RecordKey {
    let mut key = vec![id.kind.byte()];
    key.extend_from_slice(&id.at.as_millis().to_be_bytes());
    key
}

fn kind_of(byte: u8) -> Option<AutomationKind> {
    AutomationKind::ALL.into_iter().find(|kind| kind.byte() == byte)
}

impl Automations {
    pub(in crate::site) fn put_schedule(&mut self, schedule: Schedule) -> Option<SiteRecord> {
        self.schedules.insert(schedule.kind, schedule).map(SiteRecord::Schedule)
    }
    pub(in crate::site) fn put_execution(&mut self, execution: Execution) -> Option<SiteRecord> {
        let before = self.take_execution(execution.id);
        self.by_task.extend(execution.open_tasks().map(|task| (task, execution.id)));
        self.executions.insert(execution.id, execution);
        before
    }
    pub(in crate::site) fn remove_schedule(&mut self, key: &[u8]) -> Option<SiteRecord> {
        self.schedules.remove(&kind_of(*key.first()?)?).map(SiteRecord::Schedule)
    }
    pub(in crate::site) fn remove_execution(&mut self, key: &[u8]) -> Option<SiteRecord> {
        let (kind, at) = key.split_first()?;
        let at = Timestamp::from_millis(i64::from_be_bytes(at.try_into().ok()?));
        self.take_execution(ExecutionId { kind: kind_of(*kind)?, at })
    }
    fn take_execution(&mut self, id: ExecutionId) -> Option<SiteRecord> {
        let before = self.executions.remove(&id)?;
        for task in before.open_tasks() {
            self.by_task.remove(&task);
        }
        Some(SiteRecord::Execution(before))
    }
    /// When the first schedule wants to run.
    pub(in crate::site) fn next_due(&self) -> Option<Timestamp> {
        self.schedules.values().filter_map(|schedule| Some(schedule.next?.starts_at)).min()
    }
    /// The stored schedules.
    pub(super) fn stored(&self) -> impl Iterator<Item = &Schedule> {
        self.schedules.values()
    }
    /// The execution that waits for a task's end.
    pub(super) fn waits_for(&self, task: TaskId) -> Option<ExecutionId> {
        self.by_task.get(&task).copied()
    }
}

impl Site {
    /// How an automation is set; until somebody sets it, as the standard has it, and off.
    pub fn schedule(&self, kind: AutomationKind) -> Schedule {
        let stored = self.automations().schedules.get(&kind).cloned();
        stored.unwrap_or_else(|| Preset::Standard.schedule(kind, DEFAULT_ZONE, false))
    }
    /// The executions of a kind that are kept, the oldest first.
    pub fn executions(
        &self,
        kind: AutomationKind,
    ) -> impl DoubleEndedIterator<Item = &Execution> + Clone {
        let id = |at| ExecutionId { kind, at: Timestamp::from_millis(at) };
        let range = id(i64::MIN)..=id(i64::MAX);
        self.automations().executions.range(range).map(|(_, execution)| execution)
    }
    /// An execution.
    pub fn execution(&self, id: ExecutionId) -> Option<&Execution> {
        self.automations().executions.get(&id)
    }
}
