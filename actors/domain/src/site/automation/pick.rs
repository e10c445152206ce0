//! What an execution takes: candidates in order, each by the command that a person would give.

use super::execution::{Execution, ExecutionStatus, Pick};
use super::kind::AutomationKind;
use super::schedule::ScheduleRules;
use crate::entity::{Context, Draft, Refusal};
use crate::site::command::{SiteCommand, SiteReply};
use crate::site::{
    DocumentStatus, IdeaStatus, KeywordStatus, Site, TaskInput, TaskKind, TaskStatus, dispatch,
};
use igny8_protocol_ids::{Credits, TaskId, Timestamp};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Something that could be done.
struct Candidate {
    title: String,
    /// The command that does it, or why it is left.
    command: Result<SiteCommand, (&'static str, String)>,
}

/// Takes what there is within the bounds, and writes down what is left and why.
pub(super) fn pick(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    execution: &mut Execution,
    rules: &ScheduleRules,
    budget: Credits,
) {
    let kind = execution.id.kind;
    if kind == AutomationKind::CleanUp {
        return clean_up(draft, context, execution, rules);
    }
    let cap = rules.credits_max.map_or(Credits(i64::MAX), |max| Credits(i64::from(max)));
    let mut daily = match kind {
        AutomationKind::Publish => Some(publications_left(draft, context.now, rules)),
        _ => None,
    };
    let mut broke: Option<Refusal> = None;
    for Candidate { title, command } in candidates(draft, kind, rules) {
        let command = match command {
            Ok(command) => command,
            Err((code, reason)) => {
                execution.skip(title, code, reason);
                continue;
            }
        };
        if let Some(refusal) = bounds_reached(execution, rules, daily, broke.as_ref()) {
            execution.skip(title, &refusal.0, refusal.1);
            continue;
        }
        let left = Credits(budget.min(cap).0.saturating_sub(execution.price.0));
        let command = SiteCommand::Within { budget: Some(left), command: Box::new(command) };
        match draft.attempt(|draft| dispatch(draft, command, context)) {
            Ok(reply) => {
                daily = daily.map(|left| left.saturating_sub(1));
                take(execution, title, &reply);
            }
            Err(refusal) => {
                let refusal = capped(refusal, budget, cap);
                execution.skip(title, &refusal.code, refusal.message.clone());
                if matches!(
                    refusal.code.as_str(),
                    "insufficient_credits" | "cost_cap" | "queue_full"
                ) {
                    broke = Some(refusal);
                }
            }
        }
    }
    conclude(execution, broke);
}

/// The bound that leaves no room for another item.
fn bounds_reached(
    execution: &Execution,
    rules: &ScheduleRules,
    daily: Option<u32>,
    broke: Option<&Refusal>,
) -> Option<(String, String)> {
    if let Some(refusal) = broke {
        return Some((refusal.code.clone(), refusal.message.clone()));
    }
    if daily == Some(0) {
        let reason = format!("{} publications a day are allowed.", rules.per_day_max);
        return Some(("daily_limit".to_owned(), reason));
    }
    if execution.picked.len() >= rules.items_max as usize {
        let reason = format!("{} items an execution are allowed.", rules.items_max);
        return Some(("item_limit".to_owned(), reason));
    }
    None
}

/// What the budget refused is the execution's own cap, if that is the smaller one.
fn capped(refusal: Refusal, budget: Credits, cap: Credits) -> Refusal {
    if refusal.code != "insufficient_credits" || budget <= cap {
        return refusal;
    }
    Refusal::invalid("cost_cap", format!("An execution may cost {} credits.", cap.0))
}

fn take(execution: &mut Execution, title: String, reply: &SiteReply) {
    let SiteReply::Tasks(tasks) = reply else { return };
    for task in tasks {
        let price = crate::site::queue::full_price(task);
        execution.price = Credits(execution.price.0.saturating_add(price));
        let pick = Pick {
            title: title.clone(),
            task: Some(task.id),
            price: Credits(price),
            outcome: None,
        };
        execution.picked.push(pick);
    }
}

/// An execution that took nothing says why.
fn conclude(execution: &mut Execution, broke: Option<Refusal>) {
    if let Some(refusal) = broke {
        execution.note = Some(refusal.message);
        if execution.picked.is_empty() {
            execution.status = ExecutionStatus::Skipped;
            execution.ended_at = execution.started_at;
        }
    } else if execution.picked.is_empty() {
        execution.note = Some(if execution.skipped.is_empty() {
            "There was nothing to do.".to_owned()
        } else {
            "Nothing could be taken: see the reasons.".to_owned()
        });
    }
}

fn clean_up(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    execution: &mut Execution,
    rules: &ScheduleRules,
) {
    let command = SiteCommand::CleanUp { keep_days: rules.keep_days };
    match draft.attempt(|draft| dispatch(draft, command, context)) {
        Ok(SiteReply::CleanedUp { tasks }) => {
            execution.note = Some(format!(
                "{tasks} tasks that ended more than {} days ago were removed.",
                rules.keep_days
            ));
        }
        Ok(_) => {}
        Err(refusal) => {
            execution.status = ExecutionStatus::Failed;
            execution.ended_at = execution.started_at;
            execution.note = Some(refusal.message);
        }
    }
}

/// How many more may be published today, in the schedule's zone.
fn publications_left(draft: &Draft<'_, Site>, now: Timestamp, rules: &ScheduleRules) -> u32 {
    let schedule = draft.schedule(AutomationKind::Publish);
    let day = schedule.timing.read().ok().and_then(|recurrence| recurrence.day(now));
    let Some((start, end)) = day else { return 0 };
    let today = draft.tasks().filter(|task| {
        task.input.kind() == TaskKind::Publish
            && matches!(
                task.status,
                TaskStatus::Queued | TaskStatus::Running | TaskStatus::Succeeded
            )
            && (start..end).contains(&task.created_at)
    });
    rules.per_day_max.saturating_sub(u32::try_from(today.count()).unwrap_or(u32::MAX))
}

fn candidates(
    draft: &Draft<'_, Site>,
    kind: AutomationKind,
    rules: &ScheduleRules,
) -> Vec<Candidate> {
    match kind {
        AutomationKind::Cluster => clustering(draft),
        AutomationKind::Ideas => clusters(draft, rules),
        AutomationKind::Drafts => ideas(draft, rules),
        AutomationKind::Images => drafts(draft, rules),
        AutomationKind::Publish => approved(draft, rules),
        AutomationKind::CleanUp => Vec::new(),
    }
}

/// Only new keywords are a reason: those that fit nowhere would be paid for again each time.
fn clustering(draft: &Draft<'_, Site>) -> Vec<Candidate> {
    let new = draft.keywords().filter(|keyword| keyword.status == KeywordStatus::New).count();
    let candidate = || Candidate {
        title: format!("{new} new keywords"),
        command: Ok(SiteCommand::QueueClustering),
    };
    (new > 0).then(candidate).into_iter().collect()
}

/// Clusters from which no idea was made.
fn clusters(draft: &Draft<'_, Site>, rules: &ScheduleRules) -> Vec<Candidate> {
    let before = Before::of(draft, TaskKind::Ideas);
    draft
        .clusters()
        .filter(|cluster| draft.ideas_of(cluster.id).next().is_none())
        .map(|cluster| Candidate {
            title: cluster.name.clone(),
            command: before.unless(draft, cluster.id.uuid()).map(|()| SiteCommand::QueueIdeas {
                clusters: vec![cluster.id],
                count: rules.each,
            }),
        })
        .collect()
}

/// Ideas that nobody writes.
fn ideas(draft: &Draft<'_, Site>, rules: &ScheduleRules) -> Vec<Candidate> {
    let before = Before::of(draft, TaskKind::Draft);
    draft
        .ideas()
        .filter(|idea| idea.status == IdeaStatus::New)
        .map(|idea| Candidate {
            title: idea.title.clone(),
            command: before
                .unless(draft, idea.id.uuid())
                .map(|()| SiteCommand::QueueDrafts { ideas: vec![idea.id], images: rules.each }),
        })
        .collect()
}

/// Written documents without images that are not approved yet.
fn drafts(draft: &Draft<'_, Site>, rules: &ScheduleRules) -> Vec<Candidate> {
    let before = Before::of(draft, TaskKind::Image);
    let fits = [DocumentStatus::Draft, DocumentStatus::InReview];
    draft
        .documents()
        .filter(|document| fits.contains(&document.status) && document.images.is_empty())
        .filter(|document| document.words > 0)
        .map(|document| Candidate {
            title: document.title.clone(),
            command: before
                .unless(draft, document.id.uuid())
                .map(|()| SiteCommand::QueueImages { document: document.id, count: rules.each }),
        })
        .collect()
}

/// Documents that a person approved: never a model's decision.
fn approved(draft: &Draft<'_, Site>, rules: &ScheduleRules) -> Vec<Candidate> {
    let before = Before::of(draft, TaskKind::Publish);
    draft
        .documents()
        .filter(|document| document.status == DocumentStatus::Approved)
        .map(|document| Candidate {
            title: document.title.clone(),
            command: before.unless_since(draft, document.id.uuid(), document.updated_at).map(
                |()| SiteCommand::QueuePublication { document: document.id, live: rules.live },
            ),
        })
        .collect()
}

/// The last task of each item: what did not work is not tried again by itself, and what somebody
/// stopped stays stopped.
struct Before(BTreeMap<Uuid, TaskId>);

impl Before {
    fn of(draft: &Draft<'_, Site>, kind: TaskKind) -> Self {
        let item = |input: &TaskInput| match input {
            TaskInput::Ideas { cluster, .. } => Some(cluster.uuid()),
            TaskInput::Draft { idea, .. } => Some(idea.uuid()),
            TaskInput::Image { document, .. } | TaskInput::Publish { document, .. } => {
                Some(document.uuid())
            }
            _ => None,
        };
        let tasks = draft.tasks().filter(|task| task.input.kind() == kind);
        Self(tasks.filter_map(|task| Some((item(&task.input)?, task.id))).collect())
    }

    fn unless(&self, draft: &Draft<'_, Site>, item: Uuid) -> Result<(), (&'static str, String)> {
        let Some(task) = self.0.get(&item).and_then(|task| draft.task(*task)) else {
            return Ok(());
        };
        match task.status {
            TaskStatus::Queued | TaskStatus::Running => {
                Err(("under_way", "A task is at it already.".to_owned()))
            }
            TaskStatus::Succeeded => {
                Err(("done_before", "A task did this before: ask for more by hand.".to_owned()))
            }
            TaskStatus::Cancelled => {
                Err(("cancelled_before", "Somebody stopped its task: start it by hand.".to_owned()))
            }
            _ => {
                let why = task.failure.as_ref().map_or("", |failure| failure.message.as_str());
                Err(("failed_before", format!("Its last task failed: try again by hand. {why}")))
            }
        }
    }

    /// As [`Self::unless`], but what was changed after the task ended may be tried anew.
    fn unless_since(
        &self,
        draft: &Draft<'_, Site>,
        item: Uuid,
        changed_at: Timestamp,
    ) -> Result<(), (&'static str, String)> {
        let task = self.0.get(&item).and_then(|task| draft.task(*task));
        if task.is_some_and(|task| task.updated_at < changed_at) {
            return Ok(());
        }
        self.unless(draft, item)
    }
}
