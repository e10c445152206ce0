//! Events of entities as events of streams.

use super::automation::{execution_view, schedule_view};
use super::queue::{batch_view, queue_pause, queue_settings, work_pause};
use super::site::{
    Outlook, Place, cluster_view, counts, document_view, idea_view, site_view, task_view,
};
use super::tenant::{balance, tenant_view};
use super::word::role;
use igny8_actors_domain::site::{SiteCard, SiteEvent};
use igny8_actors_domain::tenant::TenantEvent;
use igny8_protocol_ids::TaskId;
use igny8_protocol_wire::stream::StreamEvent;
use igny8_protocol_wire::view::MemberView;
use std::collections::HashMap;

/// `outlooks` say of queued tasks why they wait.
pub(crate) fn site_event(
    place: Place,
    event: SiteEvent,
    outlooks: &HashMap<TaskId, Outlook>,
) -> StreamEvent {
    match event {
        SiteEvent::Site(card) => StreamEvent::SiteChanged { site: site_view(card) },
        SiteEvent::Keywords(keywords) => StreamEvent::KeywordsChanged { counts: counts(keywords) },
        SiteEvent::Cluster(cluster) => {
            StreamEvent::ClusterChanged { cluster: cluster_view(cluster) }
        }
        SiteEvent::ClusterRemoved(id) => StreamEvent::ClusterRemoved { id },
        SiteEvent::Idea(idea) => StreamEvent::IdeaChanged { idea: idea_view(idea) },
        SiteEvent::IdeaRemoved(id) => StreamEvent::IdeaRemoved { id },
        SiteEvent::Task(task) => {
            let outlook = outlooks.get(&task.id).cloned().unwrap_or_default();
            StreamEvent::TaskChanged { task: task_view(task, outlook) }
        }
        SiteEvent::TaskRemoved(id) => StreamEvent::TaskRemoved { id },
        SiteEvent::Batch(summary) => StreamEvent::BatchChanged { batch: batch_view(summary) },
        SiteEvent::Pauses(pauses) => {
            StreamEvent::PausesChanged { pauses: pauses.iter().map(queue_pause).collect() }
        }
        SiteEvent::QueueSettings(settings) => {
            StreamEvent::QueueSettingsChanged { settings: queue_settings(&settings) }
        }
        SiteEvent::Schedule(schedule) => {
            StreamEvent::ScheduleChanged { schedule: schedule_view(schedule) }
        }
        SiteEvent::Execution(execution) => {
            StreamEvent::ExecutionChanged { execution: Box::new(execution_view(execution)) }
        }
        SiteEvent::Document(summary) => {
            StreamEvent::DocumentChanged { document: document_view(place, summary) }
        }
        SiteEvent::Credits(credits) => StreamEvent::CreditsChanged { balance: balance(&credits) },
    }
}

/// `listed` is the card of a site that the event names, where it is there already. Settings that
/// no stream shows are left out.
pub(crate) fn tenant_event(event: TenantEvent, listed: Option<SiteCard>) -> Option<StreamEvent> {
    match event {
        TenantEvent::TenantChanged(card) => {
            Some(StreamEvent::TenantChanged { tenant: tenant_view(card) })
        }
        TenantEvent::MemberChanged { account, email, name, role: level } => {
            let member = MemberView { account, email, name, role: level.map(role) };
            Some(StreamEvent::MemberChanged { member })
        }
        TenantEvent::SiteListed(_) => {
            listed.map(|card| StreamEvent::SiteChanged { site: site_view(card) })
        }
        TenantEvent::CreditsChanged { balance: own } => {
            Some(StreamEvent::CreditsChanged { balance: balance(&own) })
        }
        TenantEvent::WorkPaused(pause) => {
            let pauses = pause.map(work_pause).into_iter().collect();
            Some(StreamEvent::PausesChanged { pauses })
        }
        TenantEvent::CreditsLow { level, left } => Some(StreamEvent::CreditsLow { level, left }),
        TenantEvent::ModelsChanged(_) | TenantEvent::PromptChanged { .. } => None,
    }
}
