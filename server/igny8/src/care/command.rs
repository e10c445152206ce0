//! The commands on the terminal.

use super::bar::Bar;
use super::work::{self, BackupAsked, ExportAsked, Written};
use super::{BACKUP, BackupArguments, EXPORT, ExportArguments, FillArguments};
use crate::admin::{Progress, ask};
use crate::config::StoreSettings;
use crate::store::{OpenStore, Presence};
use crate::terminal;
use anyhow::Context;
use igny8_storage_api::Store;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// `igny8 backup`.
pub(crate) async fn backup(arguments: BackupArguments) -> ExitCode {
    let BackupArguments { store, out, parent, log_days, json } = arguments;
    let Some(settings) = store.settings() else { return unusable() };
    let done = async {
        let parent = parent.as_deref().map(absolute).transpose()?;
        let asked = BackupAsked { out: absolute(&out)?, parent, log_days };
        through(&settings, BACKUP, asked, work::backup).await
    };
    written(done.await, json)
}

/// `igny8 export`.
pub(crate) async fn export(arguments: ExportArguments) -> ExitCode {
    let ExportArguments { store, tenant, out, log_days, json } = arguments;
    let Some(settings) = store.settings() else { return unusable() };
    let done = async {
        let asked = ExportAsked { tenant, out: absolute(&out)?, log_days };
        through(&settings, EXPORT, asked, work::export).await
    };
    written(done.await, json)
}

/// `igny8 restore`.
pub(crate) async fn restore(arguments: FillArguments) -> ExitCode {
    fill(arguments, false).await
}

/// `igny8 import`.
pub(crate) async fn import(arguments: FillArguments) -> ExitCode {
    fill(arguments, true).await
}

async fn fill(arguments: FillArguments, one_tenant: bool) -> ExitCode {
    let FillArguments { store, from, json } = arguments;
    let Some(settings) = store.settings() else { return unusable() };
    let done = async {
        // An archive that cannot be read must not leave an empty store behind.
        anyhow::ensure!(from.is_dir(), "there is no archive in {}", from.display());
        let opened = match one_tenant {
            true => OpenStore::open_whole(&settings, Presence::Made).await?,
            false => OpenStore::open(&settings, Presence::Made).await?,
        };
        let bar = Bar::new();
        let filled = work::fill(opened.share(), from, one_tenant, here(&bar)).await;
        opened.close().await;
        bar.end();
        filled
    };
    match done.await {
        Ok(done) => {
            say(json, &done);
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error),
    }
}

/// Has the running server do it, or does it on the opened store.
pub(super) async fn through<A, R, F>(
    settings: &StoreSettings,
    name: &str,
    asked: A,
    work: impl FnOnce(Arc<dyn Store>, A, Progress) -> F,
) -> anyhow::Result<R>
where
    A: Serialize,
    R: DeserializeOwned,
    F: Future<Output = anyhow::Result<R>>,
{
    let bar = Bar::new();
    let answer = ask(&settings.data_dir, name, &asked, |how_far| bar.show(how_far)).await?;
    let done = match answer {
        Some(value) => serde_json::from_value(value).context("the server's answer")?,
        None => {
            let opened = OpenStore::open(settings, Presence::Required).await?;
            let done = work(opened.share(), asked, here(&bar)).await;
            opened.close().await;
            done?
        }
    };
    bar.end();
    Ok(done)
}

/// Progress of work in this process.
pub(super) fn here(bar: &Bar) -> Progress {
    let bar = bar.clone();
    Progress::here(move |how_far| bar.show(how_far), CancellationToken::new())
}

/// The status is 1 for an archive that is not complete: it is kept, and what is missing is named.
fn written(done: anyhow::Result<Written>, json: bool) -> ExitCode {
    let done = match done {
        Ok(done) => done,
        Err(error) => return failed(&error),
    };
    for unread in &done.unread {
        terminal::error(&format!("{} could not be read: {}", unread.what, unread.reason));
    }
    for entity in &done.moving {
        terminal::error(&format!("work in the tenant of {entity} did not rest: see `moving`"));
    }
    say(json, &done);
    ExitCode::from(u8::from(!done.complete))
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    // The server may have another working directory.
    std::path::absolute(path).with_context(|| format!("{} is no path", path.display()))
}

pub(super) fn unusable() -> ExitCode {
    ExitCode::from(terminal::EXIT_UNUSABLE)
}

pub(super) fn failed(error: &anyhow::Error) -> ExitCode {
    terminal::error(&format!("{error:#}"));
    ExitCode::FAILURE
}

/// One JSON object for programs, or a line for each figure.
pub(super) fn say(json: bool, done: &impl Serialize) {
    let value = serde_json::to_value(done).expect("counts are plain data");
    if json {
        return terminal::line(&value.to_string());
    }
    for (name, value) in value.as_object().expect("it is an object") {
        terminal::line(&format!("{:20} {value}", name.replace('_', " ")));
    }
}
