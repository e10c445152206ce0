//! Enums: the core's variants and the wire's, and the wire's names as text.

use igny8_actors_domain as domain;
use igny8_protocol_wire::{automation, view};
use serde::Serialize;

/// The wire's name of an enum's variant, such as `in_review`.
pub(crate) trait Word: Serialize {
    fn word(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(word)) => word,
            _ => String::new(),
        }
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $there:ident, $back:ident: $core:path => $wire:path { $($variant:ident),+ })+) => {$(
        #[allow(dead_code, reason = "not every enum goes outside alone")]
        pub(crate) const fn $there(value: $core) -> $wire {
            use $core as Core;
            use $wire as Wire;
            match value { $(Core::$variant => Wire::$variant),+ }
        }
        #[allow(dead_code, reason = "not every enum comes from outside")]
        pub(crate) const fn $back(value: $wire) -> $core {
            use $core as Core;
            use $wire as Wire;
            match value { $(Wire::$variant => Core::$variant),+ }
        }
        impl Word for $wire {}
    )+};
}

words! {
    role, role_from: domain::role::Role => view::Role { Owner, Admin, Editor, Viewer, SystemBot }
    keyword_status, keyword_status_from: domain::site::KeywordStatus => view::KeywordStatus { New, Clustered, InUse, Orphaned, Archived }
    intent, intent_from: domain::text::intent::Intent => view::Intent { Informational, Transactional, Navigational, Commercial }
    task_kind, task_kind_from: domain::site::TaskKind => view::TaskKind { Cluster, Ideas, Draft, Image, Reparse, Publish, TestRun, Rewrite }
    task_status, task_status_from: domain::site::TaskStatus => view::TaskStatus { Queued, Running, WaitingForReview, Succeeded, Failed, Cancelled, Dead }
    idea_status, idea_status_from: domain::site::IdeaStatus => view::IdeaStatus { New, Queued, Drafted, Archived }
    automation_kind, automation_kind_from: domain::site::automation::AutomationKind => automation::AutomationKind { Cluster, Ideas, Drafts, Images, Publish, CleanUp }
    preset, preset_from: domain::site::automation::Preset => automation::AutomationPreset { Standard, HourlyDrafts }
    catch_up, catch_up_from: domain::site::automation::CatchUp => automation::CatchUp { None, Last, All }
    overlap, overlap_from: domain::site::automation::Overlap => automation::Overlap { Skip, Queue }
    execution_status, execution_status_from: domain::site::automation::ExecutionStatus => automation::ExecutionStatus { Waiting, Starting, Running, Succeeded, Failed, Skipped }
    document_status, document_status_from: domain::site::DocumentStatus => view::DocumentStatus { Draft, InReview, Approved, Publishing, Published, Conflict }
}
