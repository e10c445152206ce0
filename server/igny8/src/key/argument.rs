//! The command line of the keys.

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
    Rotate(StoreArguments),
    /// Lists the file's keys: which is current, and how many data keys each wraps.
    List(StoreArguments),
    /// Takes a key out of the file; refused while anything needs it.
    Remove {
        /// The key's id.
        id: String,
        #[command(flatten)]
        store: StoreArguments,
    },
}

/// Where store and keys are.
#[derive(Args)]
pub(crate) struct StoreArguments {
    /// The folder of the store: the server that runs on it is asked, or the store is opened.
    #[arg(long, env = "IGNY8_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// The file of keys; `keys.json` in the folder of the store if it is not given.
    #[arg(long, env = "IGNY8_KEYS_FILE", value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
    /// Ends with one JSON object on the last line.
    #[arg(long)]
    pub(crate) json: bool,
}

impl StoreArguments {
    pub(super) fn keys_file(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.data_dir.join("keys.json"))
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
    pub(crate) store: StoreArguments,
}
