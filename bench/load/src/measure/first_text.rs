//! From the request for a draft to its first text on a client's line.

use super::reference;
use super::writing::Watch;
use crate::report::Figure;
use crate::statistic::Spread;
use crate::workspace::Workspace;
use anyhow::Result;
use std::time::Instant;

/// One draft after the other; the first, which warms everything up, is not counted.
pub(super) async fn measure(
    scenario: &'static str,
    server: &str,
    drafts: usize,
) -> Result<Vec<Figure>> {
    let mut workspace = Workspace::open(server).await?;
    let ideas = workspace.ideas(drafts + 1).await?;
    let livez = reference::livez(&workspace.api).await?;
    let ping = reference::ping(&mut workspace.socket).await?;
    let mut client = workspace.client().await?;
    let (mut answers, mut texts) = (Vec::new(), Vec::new());
    for idea in &ideas {
        let begin = Instant::now();
        let tasks = workspace.generate(&[*idea]).await?;
        answers.push(begin.elapsed());
        let mut watch = Watch::new(&mut client, &tasks[0])?;
        texts.push(watch.first_text().await?.duration_since(begin));
        watch.stop(workspace.site).await?;
    }
    let (answers, texts) = (Spread::of_times(&answers[1..])?, Spread::of_times(&texts[1..])?);
    let figure = |percent: usize| {
        let what = format!("POST generate to first text, p{percent} of {}", texts.count());
        Figure::new(scenario, what, texts.percentile(percent), "ms")
            .beside(format!("GET /livez, p{percent}"), livez.percentile(percent))
            .beside(format!("ping/pong, p{percent}"), ping.percentile(percent))
    };
    let median = figure(50).beside("the answer to POST generate, p50", answers.median());
    Ok(vec![median, figure(99)])
}
