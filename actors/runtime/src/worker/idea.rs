//! A cluster into ideas.

use super::job::Job;
use super::{Report, answer, stopped, unless_stopped};
use igny8_actors_domain::answer::{IdeaAnswer, Ideas};
use igny8_actors_domain::site::{IdeasOrder, NewIdea, TaskOutcome};
use igny8_actors_domain::tenant::prompt::PromptKind;

pub(super) async fn run(job: &Job, ideas: IdeasOrder) -> Report {
    match unless_stopped(&job.stop, ask(job, ideas)).await {
        None => stopped(),
        Some(Ok(report) | Err(report)) => report,
    }
}

async fn ask(job: &Job, ideas: IdeasOrder) -> Result<Report, Report> {
    job.progress("thinking", 0.1, None);
    let prompt =
        job.prompt(0, PromptKind::Ideas, ideas.values(), answer::format::<Ideas>()).await?;
    let asked = job.ask::<Ideas>(&prompt, |_| Ok(())).await?;
    let ideas = asked.answer.ideas.into_iter().map(taken).collect();
    let (model, response) = (Some(prompt.trace), asked.response);
    Ok(Report { outcome: TaskOutcome::Ideas { ideas }, model, response })
}

fn taken(idea: IdeaAnswer) -> NewIdea {
    NewIdea {
        title: idea.title,
        angle: idea.angle,
        outline: idea.outline,
        intent: answer::intent(&idea.intent),
        target_keywords: idea.target_keywords,
    }
}
