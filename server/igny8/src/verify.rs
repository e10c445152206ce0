//! `igny8 verify`: checks the store of a stopped server.

use crate::argument::VerifyArguments;
use crate::serve::STORE_FOLDER;
use crate::terminal;
use anyhow::Context;
use igny8_actors_runtime::{Verification, verify};
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore, VerifyReport};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::process::ExitCode;
use std::sync::Arc;

/// Problems that are shown; the counts name them all.
const SHOWN_MAX: usize = 50;

/// What was found: all of the first six are zero in a sound store at rest.
#[derive(Serialize)]
struct Found {
    /// Structural faults: broken chains, rows that do not decode, damaged blobs.
    store_problems: usize,
    #[serde(flatten)]
    meaning: Verification,
}

/// Checks the store; the status is 1 if anything is wrong.
pub(crate) async fn command(arguments: VerifyArguments) -> ExitCode {
    match check(&arguments).await {
        Ok((found, problems)) => {
            for problem in problems.iter().take(SHOWN_MAX) {
                terminal::error(problem);
            }
            print(&found, arguments.json);
            let is_sound = found.store_problems == 0 && found.meaning.is_sound();
            ExitCode::from(u8::from(!is_sound))
        }
        Err(error) => {
            terminal::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn check(arguments: &VerifyArguments) -> anyhow::Result<(Found, Vec<String>)> {
    let folder = arguments.data_dir.join(STORE_FOLDER);
    // Opening would make a store where there is none, and call it sound.
    anyhow::ensure!(folder.is_dir(), "there is no store in {}", arguments.data_dir.display());
    let store = Arc::new(EmbeddedStore::open(&folder, EmbeddedOptions::default())?);
    let bar = ProgressBar::no_length().with_style(
        ProgressStyle::with_template("{spinner} {prefix:10} {pos} {msg}")
            .expect("the template is constant"),
    );
    let structure = structure(store.clone(), bar.clone()).await?;
    bar.set_prefix("meaning");
    bar.set_length(structure.seen.entities);
    let meaning = verify(store.as_ref(), |entities| bar.set_position(entities)).await;
    let (meaning, mut problems) = meaning.context("the check could not go on")?;
    bar.finish_and_clear();
    problems.splice(
        0..0,
        structure.findings.iter().map(|finding| match finding.entity {
            Some(entity) => format!("{entity}: {}", finding.problem),
            None => finding.problem.clone(),
        }),
    );
    let found = Found { store_problems: structure.findings.len(), meaning };
    match Arc::try_unwrap(store) {
        Ok(store) => store.close().await,
        Err(_) => anyhow::bail!("the store is still in use"),
    }
    Ok((found, problems))
}

async fn structure(store: Arc<EmbeddedStore>, bar: ProgressBar) -> anyhow::Result<VerifyReport> {
    bar.set_prefix("structure");
    let walk = move || {
        store.verify(|seen| {
            bar.set_position(seen.entities);
            bar.set_message(format!("{} frames, {} blobs", seen.frames, seen.blobs));
        })
    };
    Ok(tokio::task::spawn_blocking(walk).await??)
}

fn print(found: &Found, as_json: bool) {
    if as_json {
        terminal::line(&serde_json::to_string(found).expect("counts are plain data"));
        return;
    }
    let value = serde_json::to_value(found).expect("counts are plain data");
    for (name, value) in value.as_object().expect("it is an object") {
        terminal::line(&format!("{:20} {value}", name.replace('_', " ")));
    }
}
