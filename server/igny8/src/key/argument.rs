//! The command line of the keys.

use crate::config::StoreSettings;
use anyhow::Context;
use clap::{Args, Subcommand};
use igny8_protocol_ids::TenantId;
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct KeysArguments {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Makes a file of keys. It never replaces one.
    New {
        /// The file to write; it must not be there yet.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Adds a key to the file and makes it the current one; the others go on opening.
    Add {
        /// The file of keys.
        #[arg(long, env = "IGNY8_KEYS_FILE", value_name = "FILE")]
        keys: PathBuf,
        /// Ends with one JSON object on the last line.
        #[arg(long)]
        json: bool,
    },
    /// Wraps all data keys by the file's current key, gives each tenant a new data key, and seals
    /// all secrets by it. The server may run.
    Rotate(KeyStoreArguments),
    /// Lists the file's keys: which is current, and how many data keys each wraps.
    List(KeyStoreArguments),
    /// Takes a key out of the file; refused while anything needs it.
    Remove {
        /// The key's id.
        id: String,
        #[command(flatten)]
        store: KeyStoreArguments,
    },
}

/// Where store and keys are.
#[derive(Args)]
pub(crate) struct KeyStoreArguments {
    #[command(flatten)]
    store: crate::store::StoreArguments,
    /// The file of keys; `keys.json` in the data folder if it is not given.
    #[arg(long, env = "IGNY8_KEYS_FILE", value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
    /// Ends with one JSON object on the last line.
    #[arg(long)]
    pub(crate) json: bool,
}

impl KeyStoreArguments {
    pub(super) fn settings(&self) -> anyhow::Result<StoreSettings> {
        self.store.settings().context("nothing was done")
    }

    pub(super) fn keys_file(&self, settings: &StoreSettings) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| settings.data_dir.join("keys.json"))
    }
}

#[derive(Args)]
pub(crate) struct DeleteTenantArguments {
    /// Which tenant.
    pub(crate) tenant: TenantId,
    /// The same id again: nothing brings the keys back.
    #[arg(long, value_name = "TENANT")]
    pub(crate) confirm: TenantId,
    #[command(flatten)]
    pub(crate) store: KeyStoreArguments,
}
