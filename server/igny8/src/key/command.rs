//! The commands on the terminal: they ask the server that runs on the store, or open it.

use super::argument::{DeleteTenantArguments, KeyStoreArguments, KeysArguments, KeysCommand};
use super::keeper::{Destroyed, Entities, KeyKeeper, Listing, Which};
use super::rotation::Rotated;
use crate::admin::{Progress, ask};
use crate::config::StoreSettings;
use crate::port::{KeyFile, OsEntropy, SystemClock, TenantKeyRing};
use crate::store::{OpenStore, Presence};
use crate::terminal;
use igny8_actors_ports::{Clock, Entropy, KeyRing};
use igny8_actors_runtime::StoreAtRest;
use indicatif::ProgressBar;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// `igny8 keys …`.
pub(crate) async fn keys(arguments: &KeysArguments) -> ExitCode {
    told(match &arguments.command {
        KeysCommand::New { out } => new(out),
        KeysCommand::Add { keys, json } => add(keys, *json),
        KeysCommand::Rotate(store) => rotate(store).await,
        KeysCommand::List(store) => list(store).await,
        KeysCommand::Remove { id, store } => remove(id, store).await,
    })
}

/// `igny8 admin delete-tenant …`.
pub(crate) async fn delete_tenant(arguments: &DeleteTenantArguments) -> ExitCode {
    told(destroy(arguments).await)
}

fn told(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// One JSON object for programs, or words for people.
fn say(json: bool, value: &impl Serialize, words: &str) {
    match json {
        true => {
            terminal::line(&serde_json::to_string(value).expect("counts and ids are plain data"));
        }
        false => terminal::line(words),
    }
}

fn new(out: &Path) -> anyhow::Result<()> {
    KeyFile::create(out)?;
    terminal::line(&format!(
        "New keys are in {}. Keep a copy in a safe place: without them no stored secret opens again.",
        out.display()
    ));
    Ok(())
}

fn add(keys: &Path, json: bool) -> anyhow::Result<()> {
    let id = KeyFile::add(keys)?;
    let words = format!(
        "{id} is the current key of {} now. Keep a copy of the file, then run `igny8 keys rotate`.",
        keys.display()
    );
    say(json, &serde_json::json!({ "current": id }), &words);
    Ok(())
}

async fn rotate(store: &KeyStoreArguments) -> anyhow::Result<()> {
    let rotated: Rotated =
        through(store, "keys-rotate", &(), async |keeper, how_far| keeper.rotate(how_far).await)
            .await?;
    let Rotated { current, keys_wrapped, keys_made, secrets_sealed, failed, .. } = &rotated;
    let words = format!(
        "{current} wraps all data keys now: {keys_wrapped} wrapped anew, {keys_made} made, \
         {secrets_sealed} secrets sealed anew."
    );
    say(store.json, &rotated, &words);
    anyhow::ensure!(*failed == 0, "{failed} could not be done; the log says why. Run it again");
    Ok(())
}

async fn list(store: &KeyStoreArguments) -> anyhow::Result<()> {
    let listing: Listing =
        through(store, "keys-list", &(), async |keeper, _| keeper.list().await).await?;
    let lines: Vec<String> = listing
        .keys
        .iter()
        .map(|key| {
            let note = match (key.current, key.in_file) {
                (true, _) => "current",
                (_, false) => "NOT IN THE FILE",
                _ => "",
            };
            format!("{:20} {:>8} data keys  {note}", key.id, key.data_keys)
        })
        .collect();
    say(store.json, &listing, &lines.join("\n"));
    Ok(())
}

/// The file is changed by this process: the server needs no right to write it.
async fn remove(id: &str, store: &KeyStoreArguments) -> anyhow::Result<()> {
    let which = Which { id: id.to_owned() };
    let unused = async |keeper: &KeyKeeper, how_far: &Progress| keeper.unused(id, how_far).await;
    let (): () = through(store, "keys-unused", &which, unused).await?;
    let settings = store.settings()?;
    KeyFile::remove(&store.keys_file(&settings), id)?;
    ask(&settings.data_dir, "keys-reload", &(), |_| {}).await?;
    say(store.json, &serde_json::json!({ "removed": id }), &format!("{id} is gone."));
    Ok(())
}

async fn destroy(arguments: &DeleteTenantArguments) -> anyhow::Result<()> {
    let DeleteTenantArguments { tenant, confirm, store } = arguments;
    anyhow::ensure!(tenant == confirm, "--confirm names another tenant: nothing was changed");
    let which = Which { id: *tenant };
    let work = async |keeper: &KeyKeeper, how_far: &Progress| keeper.delete(*tenant, how_far).await;
    let destroyed: Destroyed = through(store, "delete-tenant", &which, work).await?;
    let words = format!(
        "{} data keys of {tenant} are destroyed: its secrets open nowhere. Backups that were made \
         before hold them until they expire.",
        destroyed.data_keys
    );
    say(store.json, &destroyed, &words);
    Ok(())
}

/// Has the running server do it, or does it on the opened store.
async fn through<R: DeserializeOwned>(
    store: &KeyStoreArguments,
    name: &str,
    arguments: &impl Serialize,
    work: impl AsyncFnOnce(&KeyKeeper, &Progress) -> anyhow::Result<R>,
) -> anyhow::Result<R> {
    let bar = ProgressBar::new_spinner();
    let show = |bar: &ProgressBar, how_far: &Value| {
        let step = how_far["step"].as_str().unwrap_or_default().to_owned();
        bar.set_message(format!("{step} {}", how_far["done"]));
        bar.tick();
    };
    let settings = store.settings()?;
    let asked = ask(&settings.data_dir, name, arguments, |how_far| show(&bar, &how_far)).await?;
    let done = match asked {
        Some(value) => serde_json::from_value(value)?,
        None => {
            let shown = bar.clone();
            let hear = move |how_far: Value| show(&shown, &how_far);
            at_rest(store, &settings, work, &Progress::here(hear, CancellationToken::new())).await?
        }
    };
    bar.finish_and_clear();
    Ok(done)
}

async fn at_rest<R>(
    arguments: &KeyStoreArguments,
    settings: &StoreSettings,
    work: impl AsyncFnOnce(&KeyKeeper, &Progress) -> anyhow::Result<R>,
    progress: &Progress,
) -> anyhow::Result<R> {
    let file = arguments.keys_file(settings);
    let masters = KeyFile::read(&file)?.masters;
    let opened = OpenStore::open_whole(settings, Presence::Required).await?;
    let store = opened.share();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
    let ring = Arc::new(TenantKeyRing::new(masters, file, store.clone(), clock.clone()));
    let keys: Arc<dyn KeyRing> = ring.clone();
    let entities = Entities::AtRest(StoreAtRest { store: store.clone(), keys, clock, entropy });
    let keeper = KeyKeeper { ring, store, entities };
    let done = work(&keeper, progress).await;
    drop(keeper);
    opened.close().await;
    done
}
