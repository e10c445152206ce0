//! From the core's words to the wire's and back: the one home of these conversions. Pure.

mod automation;
mod document;
mod event;
mod import;
mod lane;
mod ledger;
mod queue;
mod site;
mod tenant;
mod thinker;
mod word;

pub(crate) use automation::{execution_view, rules, schedule_view, timing, timing_preview};
pub(crate) use document::{
    Names, activity_views, authorship, comparison, content_replaced, instruction_from, place_from,
    place_text, range_from, run_view, suggestion_view, thread_view, version_view,
};
pub(crate) use event::{site_event, tenant_event};
pub(crate) use import::{mapping, new_keyword, preview, refused as import_refused, report};
pub(crate) use lane::{
    ai_routes, lane_reason, lane_view, lane_wait, routing_change, usage_row, usage_view,
};
pub(crate) use ledger::{bucket_view, entry_kind, entry_view, low_levels};
pub(crate) use queue::{
    batch_view, pause_scope, placement, priority, queue_pause, queue_settings_from, queue_view,
    queue_work, waiting_word, work_pause,
};
pub(crate) use site::{
    Outlook, Place, cluster_view, counts, document_view, idea_view, keyword_view, link_view,
    outlook, site_view, task_view,
};
pub(crate) use tenant::{account_view, ai_models, balance, member_view, provider, tenant_view};
pub(crate) use thinker::{prompt_difference, prompt_version_view, prompt_view, variable_value};
pub(crate) use word::{
    Word, automation_kind, automation_kind_from, document_status, document_status_from,
    execution_status, idea_status, idea_status_from, keyword_status, keyword_status_from,
    preset_from, role, role_from, task_kind, task_kind_from, task_status,
};
