//! `igny8 demo`: drives the whole job on a server, from a keyword file to published posts, as any
//! client could: through the public API alone. And `igny8 admin room-ticket`, which does the same
//! for one room.

mod api;
mod export;
mod job;
mod progress;
mod report;
mod room;

pub(crate) use room::room_ticket;

use crate::argument::DemoArguments;
use crate::terminal;
use api::{Api, ApiError};
use bytes::Bytes;
use job::Job;
use progress::Steps;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The server's own bound on keyword files.
const FILE_BYTES_MAX: u64 = 32 << 20;

/// Why the demonstration ended early.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    /// The file is not one of keywords.
    #[error("{file} cannot be read as keywords: {reason}")]
    Keywords { file: String, reason: String },
    /// The server did not do its part.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The result is not what it should be.
    #[error("{0}")]
    Job(String),
    /// A folder cannot be written.
    #[error("the export folder cannot be written: {0}")]
    Export(#[from] std::io::Error),
}

/// Runs the demonstration; the status is 2 if the file cannot be used.
pub(crate) async fn command(arguments: DemoArguments) -> ExitCode {
    match run(&arguments).await {
        Ok(is_good) => ExitCode::from(u8::from(!is_good)),
        Err(error @ DemoError::Keywords { .. }) => {
            terminal::error(&error.to_string());
            ExitCode::from(terminal::EXIT_UNUSABLE)
        }
        Err(error) => {
            terminal::error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &DemoArguments) -> Result<bool, DemoError> {
    let started = Instant::now();
    let file = read_file(&arguments.keywords)?;
    let steps = Steps::new();
    let api = Api::sign_up(&arguments.server, Duration::from_secs(arguments.patience)).await?;
    let mut job = Job::begin(&api, &steps, arguments).await?;
    job.import(file).await?;
    job.cluster().await?;
    job.make_ideas().await?;
    job.write().await?;
    job.approve().await?;
    job.link().await?;
    job.publish().await?;
    job.read_back().await?;
    if let Some(folder) = &arguments.export {
        export::write(&api, job.site(), job.published(), folder).await?;
    }
    let report = job.report(started.elapsed()).await?;
    steps.end();
    report.print(arguments.json);
    Ok(report.is_good(arguments.articles))
}

fn read_file(path: &Path) -> Result<Bytes, DemoError> {
    let unusable =
        |reason: String| DemoError::Keywords { file: path.display().to_string(), reason };
    let found = std::fs::metadata(path).map_err(|error| unusable(error.to_string()))?;
    if !found.is_file() {
        return Err(unusable("it is not a file".to_owned()));
    }
    if found.len() > FILE_BYTES_MAX {
        return Err(unusable(format!(
            "it has {} bytes; {FILE_BYTES_MAX} are allowed",
            found.len()
        )));
    }
    Ok(std::fs::read(path).map_err(|error| unusable(error.to_string()))?.into())
}
