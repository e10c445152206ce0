//! What happened in a document: what its actor noted, and the steps that its site knows.

use super::author::made_by;
use crate::convert::document_status;
use igny8_actors_domain::site::{Document, DocumentStatus, DocumentStep, StepKind};
use igny8_actors_runtime::{Activity, Doer, Happened, Maker};
use igny8_protocol_ids::{AccountId, RunId, Timestamp};
use igny8_protocol_wire::rest::document::activity as wire;
use std::collections::HashMap;

/// Where an entry stands among all: when, and which of those of that moment.
pub(crate) type Place = (Timestamp, u8, u64);

/// The steps of the site come before what happened in the text at the same moment.
const OF_SITE: u8 = 0;
const OF_TEXT: u8 = 1;

/// Who is who.
#[derive(Default)]
pub(crate) struct Names {
    pub accounts: HashMap<AccountId, String>,
    pub makers: HashMap<RunId, Maker>,
}

impl Names {
    fn account(&self, account: AccountId) -> wire::DoerView {
        wire::DoerView::Account { account, name: self.accounts.get(&account).cloned() }
    }

    fn doer(&self, doer: Doer) -> wire::DoerView {
        match doer {
            Doer::Account(account) => self.account(account),
            Doer::Run(run, name) => {
                let (model, prompt) = self.makers.get(&run).cloned().map(made_by).unzip();
                wire::DoerView::Run { run, name, model, prompt }
            }
            Doer::Server => wire::DoerView::Server,
        }
    }
}

/// An entry's place in an address.
pub(crate) fn place_text((at, of, number): Place) -> String {
    format!("{}.{of}.{number}", at.as_millis())
}

/// The place that an address names.
pub(crate) fn place_from(text: &str) -> Option<Place> {
    let mut parts = text.splitn(3, '.');
    let at = Timestamp::from_millis(parts.next()?.parse().ok()?);
    Some((at, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// All that is known, the latest first.
pub(crate) fn activity_views(
    document: &Document,
    noted: Vec<Activity>,
    names: &Names,
) -> Vec<(Place, wire::ActivityView)> {
    let mut all: Vec<_> = noted.into_iter().map(|entry| noted_view(entry, names)).collect();
    let made = DocumentStep { at: document.created_at, by: None, what: StepKind::Created };
    let is_made = |step: &DocumentStep| step.what == StepKind::Created;
    // A document of an older build has no steps: that it was made is known.
    let older = (!document.steps.iter().any(is_made) && document.steps.len() < 2).then_some(&made);
    let steps = older.into_iter().chain(&document.steps).enumerate();
    all.extend(steps.map(|(number, step)| step_view(number as u64, step, names)));
    all.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    all
}

fn noted_view(entry: Activity, names: &Names) -> (Place, wire::ActivityView) {
    let Activity { number, at, until, by, what, text, about } = entry;
    let place = (at, OF_TEXT, number);
    let (id, by, about) = (place_text(place), names.doer(by), about.map(|id| id.to_string()));
    let (what, status, again) = (happened(what), None, false);
    (place, wire::ActivityView { id, at, until, by, what, status, again, text, about })
}

fn step_view(number: u64, step: &DocumentStep, names: &Names) -> (Place, wire::ActivityView) {
    let place = (step.at, OF_SITE, number);
    let (id, at, until, about) = (place_text(place), step.at, None, None);
    let by = step.by.map_or(wire::DoerView::Server, |account| names.account(account));
    let (what, text, status, again) = match &step.what {
        StepKind::Created => (wire::Happened::Created, None, None, false),
        StepKind::Renamed(title) => (wire::Happened::Renamed, Some(title.clone()), None, false),
        StepKind::Moved(status, revision) => {
            let again = *status == DocumentStatus::Published && *revision > 1;
            (wire::Happened::Moved, None, Some(document_status(*status)), again)
        }
    };
    (place, wire::ActivityView { id, at, until, by, what, status, again, text, about })
}

const fn happened(what: Happened) -> wire::Happened {
    match what {
        Happened::Edited => wire::Happened::Edited,
        Happened::Replaced => wire::Happened::Replaced,
        Happened::Restored => wire::Happened::Restored,
        Happened::VersionKept => wire::Happened::VersionKept,
        Happened::VersionApproved => wire::Happened::VersionApproved,
        Happened::VersionNamed => wire::Happened::VersionNamed,
        Happened::VersionForgotten => wire::Happened::VersionForgotten,
        Happened::ThreadBegun => wire::Happened::ThreadBegun,
        Happened::ThreadAnswered => wire::Happened::ThreadAnswered,
        Happened::ThreadResolved => wire::Happened::ThreadResolved,
        Happened::ThreadReopened => wire::Happened::ThreadReopened,
        Happened::ThreadDeleted => wire::Happened::ThreadDeleted,
        Happened::CommentDeleted => wire::Happened::CommentDeleted,
        Happened::Suggested => wire::Happened::Suggested,
        Happened::SuggestionAccepted => wire::Happened::SuggestionAccepted,
        Happened::SuggestionRejected => wire::Happened::SuggestionRejected,
        Happened::RunBegun => wire::Happened::RunBegun,
        Happened::RunStopped => wire::Happened::RunStopped,
        Happened::RunEnded => wire::Happened::RunEnded,
        Happened::RunUndone => wire::Happened::RunUndone,
    }
}
