//! A cluster into ideas.

use super::job::Job;
use super::{Report, answer, stopped, unless_stopped};
use igny8_actors_domain::site::{IdeasOrder, NewIdea, TaskOrder, TaskOutcome};
use igny8_actors_domain::tenant::prompt::{PromptKind, PromptValues};

pub(super) async fn run(job: &Job, order: &TaskOrder, ideas: IdeasOrder) -> Report {
    match unless_stopped(&job.stop, ask(job, order, ideas)).await {
        None => stopped(),
        Some(Ok(report) | Err(report)) => report,
    }
}

async fn ask(job: &Job, order: &TaskOrder, ideas: IdeasOrder) -> Result<Report, Report> {
    job.progress("thinking", 0.1, None);
    let values = PromptValues {
        cluster: ideas.name,
        pillar: ideas.pillar,
        keywords: ideas.keywords,
        existing: ideas.known_titles,
        count: Some(ideas.count),
        intent: answer::intent_name(ideas.intent).to_owned(),
        language: order.language.clone(),
        brand_voice: order.brand_voice.clone(),
        ..PromptValues::default()
    };
    let prompt = job.prompt(PromptKind::Ideas, values, answer::ideas_format()).await?;
    let text = job.answer(&prompt).await?;
    let response = job.keep_answer(&text).await;
    let read: Result<answer::Ideas, _> = answer::read(&text);
    let found = match read {
        Ok(found) if !found.ideas.is_empty() => found.ideas,
        Ok(_) => return Err(super::job::invalid_answer("The model proposed no idea.").into()),
        Err(error) => {
            return Err(Report { response, model: Some(prompt.trace), ..Report::from(error) });
        }
    };
    let ideas = found.into_iter().map(taken).collect();
    Ok(Report { outcome: TaskOutcome::Ideas { ideas }, model: Some(prompt.trace), response })
}

fn taken(idea: answer::Idea) -> NewIdea {
    NewIdea {
        title: idea.title,
        angle: idea.angle,
        outline: idea.outline,
        intent: answer::intent(&idea.intent),
        target_keywords: idea.target_keywords,
    }
}
