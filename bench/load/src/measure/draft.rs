//! How fast whole drafts are written, alone and together.

use super::Bench;
use super::writing::{Watch, Written};
use crate::report::Figure;
use crate::socket::Socket;
use crate::statistic::Spread;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use igny8_protocol_ids::IdeaId;
use igny8_protocol_wire::rest::writer::DocumentContent;
use igny8_protocol_wire::view::TaskView;
use std::time::Instant;

/// What one round gave.
struct Round {
    words: f64,
    frames: f64,
    /// From the request to the last frame of the last draft, in seconds.
    seconds: f64,
    /// From the first frame with text to the last frame, in seconds.
    seconds_shown: f64,
}

/// Rounds of drafts, each watched by a client of its own; one more round warms everything up.
pub(super) async fn measure(
    bench: &mut Bench,
    scenario: &'static str,
    server: &str,
    at_once: usize,
    rounds: usize,
) -> Result<Vec<Figure>> {
    let mut workspace = Workspace::open(server).await?;
    let ideas = workspace.ideas(at_once * (rounds + 1)).await?;
    let mut clients = Vec::new();
    for _ in 0..at_once {
        clients.push(workspace.client().await?);
    }
    let mut done = Vec::new();
    for ideas in ideas.chunks(at_once) {
        done.push(round(&workspace, &mut clients, ideas).await?);
    }
    let middle = |value: fn(&Round) -> f64| {
        Spread::of(done[1..].iter().map(value).collect()).map(|spread| spread.median())
    };
    let rate = middle(|round| round.words / round.seconds)?;
    let mut words = Figure::new(scenario, "words/s, POST generate to last frame", rate, "words/s");
    match bench.alone {
        Some(alone) => words = words.beside("one draft", alone),
        None => bench.alone = Some(rate),
    }
    let frames = middle(|round| round.frames / round.words * 1e3)?;
    let mut figures =
        vec![words, Figure::new(scenario, "frames per 1,000 words", frames, "frames")];
    if done.iter().all(|round| round.seconds_shown > 0.0) {
        let shown = middle(|round| round.words / round.seconds_shown)?;
        figures.push(Figure::new(scenario, "words/s, first to last frame", shown, "words/s"));
    }
    Ok(figures)
}

async fn round(workspace: &Workspace, clients: &mut [Socket], ideas: &[IdeaId]) -> Result<Round> {
    let begin = Instant::now();
    let tasks = workspace.generate(ideas).await?;
    let watches = clients.iter_mut().zip(&tasks);
    let watches = watches.map(|(client, task)| async { Watch::new(client, task)?.whole().await });
    let written: Vec<Written> = try_join_all(watches).await?;
    let first = written.iter().map(|one| one.first).min().context("nothing was written")?;
    let last = written.iter().map(|one| one.last).max().context("nothing was written")?;
    Ok(Round {
        words: words(workspace, &tasks).await?,
        frames: written.iter().map(|one| one.frames).sum::<usize>() as f64,
        seconds: last.duration_since(begin).as_secs_f64(),
        seconds_shown: last.duration_since(first).as_secs_f64(),
    })
}

/// The words of all drafts, as the server counts them.
async fn words(workspace: &Workspace, tasks: &[TaskView]) -> Result<f64> {
    let mut words = 0.0;
    for task in tasks {
        let document = task.document.context("a draft has a document")?;
        let path = workspace.writer(&format!("documents/{document}/content?format=text"));
        let content: DocumentContent = workspace.api.get(&path).await?;
        ensure!(content.words > 0, "a draft has no words");
        words += f64::from(content.words);
    }
    Ok(words)
}
