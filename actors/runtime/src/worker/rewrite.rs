//! A selection in other words: kept with the document as a suggestion, which changes nothing in the
//! text. Several of them, and a draft, go on in one document side by side.

use super::answer::{self, Asked};
use super::job::Job;
use super::{Report, internal, stopped, unless_stopped};
use crate::document::{DocumentHandle, Maker, NewSuggestion};
use crate::failure::Failure;
use igny8_actors_document::{CommentRange, Selection};
use igny8_actors_domain::RefusalKind;
use igny8_actors_domain::answer::{Rewrite, Unreadable};
use igny8_actors_domain::site::{FailureClass, RewriteOrder, TaskOutcome};
use igny8_actors_domain::tenant::prompt::PromptKind;
use igny8_protocol_ids::RunId;

const AUTHOR: &str = "IGNY8 AI";

pub(super) async fn run(job: &Job, order: RewriteOrder) -> Report {
    let document = job.inner.document(job.tenant, order.document);
    // All attempts of a task are one run: what an earlier one has suggested stays.
    let run = RunId::from_uuid(job.task.uuid());
    match document.suggestion(run).await {
        Ok(_) => return TaskOutcome::Suggested.into(),
        Err(Failure::Refused(refusal)) if refusal.kind == RefusalKind::NotFound => {}
        Err(failure) => return internal("Reading the document", &failure),
    }
    let (from, to) = order.range.clone();
    let range = CommentRange::Positions { from, to };
    let selection = match document.selection(range.clone()).await {
        Ok(selection) => selection,
        Err(failure) => return of("Reading the selection", failure),
    };
    // Nothing is cancelled once there is an answer: what is charged is there.
    let (asked, (model, maker)) =
        match unless_stopped(&job.stop, ask(job, &document, &order, &selection)).await {
            None => return stopped(),
            Some(Err(report)) => return report,
            Some(Ok(asked)) => asked,
        };
    let RewriteOrder { by, instruction, .. } = order;
    let Asked { answer: Rewrite { texts: after }, response } = asked;
    let (author, before) = (AUTHOR.to_owned(), selection.passages);
    let new = NewSuggestion { range, author, maker, by, instruction, before, after };
    match document.suggest(run, new).await {
        Ok(()) => Report { outcome: TaskOutcome::Suggested, model: Some(model), response },
        Err(failure) => of("Keeping the suggestion", failure),
    }
}

/// The texts in other words, and by which model and prompt.
async fn ask(
    job: &Job,
    document: &DocumentHandle,
    order: &RewriteOrder,
    selection: &Selection,
) -> Result<(Asked<Rewrite>, (String, Option<Maker>)), Report> {
    let _shown = document.show(AUTHOR, &selection.caret);
    job.progress("rewriting", 0.2, None);
    let values = order.values(selection.passages.clone());
    let prompt = job.prompt(0, PromptKind::Rewrite, values, answer::format::<Rewrite>()).await?;
    let wanted = selection.passages.len();
    let mut asked = job.ask::<Rewrite>(&prompt, |answer| fits(answer, wanted)).await?;
    for text in &mut asked.answer.texts {
        *text = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    }
    let maker = prompt.made_by(job);
    Ok((asked, (prompt.trace, maker)))
}

fn fits(answer: &Rewrite, wanted: usize) -> Result<(), Unreadable> {
    let given = answer.texts.len();
    if given == wanted {
        return Ok(());
    }
    let what = format!("has {given} texts, {wanted} were handed in: give one for each");
    Err(Unreadable::Misfit { path: "texts".to_owned(), what })
}

/// What the document refuses stays refused: its text is not what it was. Nothing was charged.
fn of(what: &str, failure: Failure) -> Report {
    match failure {
        Failure::Refused(refusal) => TaskOutcome::Failed {
            class: FailureClass::InvalidRequest,
            message: format!("{} Nothing was charged.", refusal.message),
            retry_after_ms: None,
        }
        .into(),
        failure => internal(what, &failure),
    }
}
