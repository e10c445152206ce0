//! How fast a keyword file becomes durable keywords.

use super::reference;
use crate::keyword;
use crate::report::Figure;
use crate::statistic::Spread;
use crate::workspace::Workspace;
use anyhow::{Result, ensure};
use igny8_protocol_wire::rest::planner::ImportReport;
use std::path::Path;
use std::time::Instant;

/// Each round goes into a fresh workspace; the median counts.
pub(super) async fn measure(
    scenario: &'static str,
    server: &str,
    rows: usize,
    rounds: usize,
    directory: &Path,
) -> Result<Vec<Figure>> {
    let file = keyword::csv(rows, keyword::TOPICS_MAX);
    let (mut seconds, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let workspace = Workspace::open(server).await?;
        let path = workspace.planner("imports");
        let begin = Instant::now();
        let report: ImportReport = workspace.api.file(&path, file.clone()).await?;
        seconds.push(begin.elapsed().as_secs_f64());
        ensure!(report.added as usize == rows, "{} of {rows} rows were added", report.added);
        bare.push(reference::synced_file(directory, &file)?);
    }
    let (seconds, bare) = (Spread::of(seconds)?.median(), Spread::of(bare)?.median());
    let what = format!("request to answer, median of {rounds}");
    Ok(vec![
        Figure::new(scenario, what, seconds, "s").beside("write + fdatasync of the file", bare),
        Figure::new(scenario, "rows/s", rows as f64 / seconds, "rows/s"),
    ])
}
