//! A prompt template tried: one call with the site's data. The answer is kept and shown; nothing
//! else comes of it.

use super::job::{Job, invalid_answer};
use super::{Report, answer, stopped, unless_stopped};
use igny8_actors_domain::answer::{ClusterNames, Ideas, ImageText, Rewrite};
use igny8_actors_domain::site::{TaskOutcome, TestOrder};
use igny8_actors_domain::tenant::prompt::PromptKind;
use igny8_actors_ports::ResponseFormat;

pub(super) async fn run(job: &Job, order: TestOrder) -> Report {
    match unless_stopped(&job.stop, ask(job, order)).await {
        None => stopped(),
        Some(Ok(report) | Err(report)) => report,
    }
}

async fn ask(job: &Job, order: TestOrder) -> Result<Report, Report> {
    job.progress("asking", 0.2, None);
    let format = match order.kind {
        PromptKind::Article => ResponseFormat::Markdown,
        PromptKind::Ideas => answer::format::<Ideas>(),
        PromptKind::ClusterNames => answer::format::<ClusterNames>(),
        PromptKind::Image => answer::format::<ImageText>(),
        PromptKind::Rewrite => answer::format::<Rewrite>(),
    };
    let template = (order.kind, "tried", order.template.as_str());
    let settings = job.model_settings().await?;
    let prompt = job.fill(0, template, settings, order.values, format).await?;
    let text = job.answer(&prompt).await?;
    if text.trim().is_empty() {
        return Err(invalid_answer("The model wrote nothing.").into());
    }
    let response = job.keep_answer(&text).await;
    Ok(Report { outcome: TaskOutcome::Tested, model: Some(prompt.trace), response })
}
