//! `igny8 verify`: checks structure, and where nobody writes also meaning.

use super::VERIFY;
use super::argument::VerifyArguments;
use super::bar::Bar;
use super::command::{failed, here, say, through, unusable};
use super::work::{self, VerifyAsked};
use crate::config::StoreSettings;
use crate::terminal;
use igny8_actors_runtime::Verification;
use igny8_storage_api::Store;
use igny8_storage_care::{Finding, VerifyReport};
use serde::Serialize;
use std::process::ExitCode;
use std::sync::Arc;

/// Problems that are shown; the counts name them all.
const SHOWN_MAX: usize = 50;

/// What was found: `store_problems` and the counts of the meaning are zero in a sound store at rest.
#[derive(Serialize)]
struct Found {
    /// Structural faults: broken chains, rows that do not decode, damaged or missing blobs.
    store_problems: usize,
    /// What was walked.
    store: Walked,
    /// Absent if a server runs on the store: what is under way looks like a fault.
    #[serde(flatten)]
    meaning: Option<Verification>,
    /// True if the meaning could not be checked because of the structure.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    meaning_failed: bool,
}

#[derive(Serialize)]
struct Walked {
    entities: u64,
    frames: u64,
    records: u64,
    appends: u64,
    blobs: u64,
    claims: u64,
    log_entries: u64,
}

/// What is known after the walk, in either process.
struct Checked {
    structure: VerifyReport,
    meaning: Option<Result<(Verification, Vec<String>), String>>,
}

/// Checks the store; the status is 1 if anything is wrong.
pub(crate) async fn command(arguments: VerifyArguments) -> ExitCode {
    let VerifyArguments { store, archive, log_days, json } = arguments;
    if let Some(archive) = archive {
        let bar = Bar::new();
        let checked = work::check(archive, here(&bar)).await;
        bar.end();
        return match checked {
            Ok(checked) => {
                say(json, &checked);
                ExitCode::SUCCESS
            }
            Err(error) => failed(&error),
        };
    }
    let Some(settings) = store.settings() else { return unusable() };
    match check(&settings, VerifyAsked { log_days }).await {
        Ok(checked) => told(checked, json),
        Err(error) => failed(&error),
    }
}

async fn check(settings: &StoreSettings, asked: VerifyAsked) -> anyhow::Result<Checked> {
    let meaning = Arc::new(parking_lot::Mutex::new(None));
    let meant = meaning.clone();
    let walk = |store: Arc<dyn Store>, asked, progress| async move {
        let structure = work::verify(store.clone(), asked, progress).await?;
        let bar = Bar::new();
        let count = |entities| bar.count("meaning", entities);
        let found = igny8_actors_runtime::verify(store.as_ref(), count).await;
        bar.end();
        // A store that cannot be read is no reason to keep its structural faults for oneself.
        *meant.lock() = Some(found.map_err(|error| error.to_string()));
        anyhow::Ok(structure)
    };
    let structure = through(settings, VERIFY, asked, walk).await?;
    let meaning = meaning.lock().take();
    Ok(Checked { structure, meaning })
}

fn told(checked: Checked, json: bool) -> ExitCode {
    let Checked { structure, meaning } = checked;
    let mut problems: Vec<String> = structure.findings.iter().map(Finding::to_string).collect();
    let mut found = Found {
        store_problems: structure.findings.len(),
        store: Walked {
            entities: structure.entities,
            frames: structure.frames,
            records: structure.records,
            appends: structure.appends,
            blobs: structure.blobs,
            claims: structure.claims,
            log_entries: structure.log_entries,
        },
        meaning: None,
        meaning_failed: false,
    };
    match meaning {
        Some(Ok((meaning, more))) => {
            problems.extend(more);
            found.meaning = Some(meaning);
        }
        Some(Err(reason)) => {
            problems.push(format!("the meaning cannot be checked: {reason}"));
            found.meaning_failed = true;
        }
        None => {}
    }
    for problem in problems.iter().take(SHOWN_MAX) {
        terminal::error(problem);
    }
    say(json, &found);
    let means_well = found.meaning.as_ref().is_none_or(Verification::is_sound);
    let is_sound = found.store_problems == 0 && means_well && !found.meaning_failed;
    ExitCode::from(u8::from(!is_sound))
}
