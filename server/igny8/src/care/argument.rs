//! The command line of backup, restore, export, import and verify.

use crate::store::StoreArguments;
use clap::Args;
use igny8_protocol_ids::TenantId;
use std::path::PathBuf;

/// Logs are kept for a while; so far back they are read. On a CQL server each day costs a read.
const LOG_DAYS: u32 = 90;

#[derive(Args)]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    pub(super) store: StoreArguments,
    /// The folder to write; it must not be there yet.
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// An earlier backup: what has not changed since then is not written again.
    #[arg(long, value_name = "DIR")]
    pub(super) parent: Option<PathBuf>,
    /// How far back logs are read.
    #[arg(long, value_name = "DAYS", default_value_t = LOG_DAYS)]
    pub(super) log_days: u32,
    /// Ends with one JSON object on the last line.
    #[arg(long)]
    pub(super) json: bool,
}

/// Of `restore` and `import`.
#[derive(Args)]
pub(crate) struct FillArguments {
    #[command(flatten)]
    pub(super) store: StoreArguments,
    /// What `backup` or `export` wrote.
    #[arg(long, value_name = "DIR")]
    pub(super) from: PathBuf,
    /// Ends with one JSON object on the last line.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    pub(super) store: StoreArguments,
    /// The tenant's id.
    #[arg(long, value_name = "ID")]
    pub(super) tenant: TenantId,
    /// The folder to write; it must not be there yet.
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// How far back logs are read.
    #[arg(long, value_name = "DAYS", default_value_t = LOG_DAYS)]
    pub(super) log_days: u32,
    /// Ends with one JSON object on the last line.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    pub(super) store: StoreArguments,
    /// Checks this backup instead of a store: every file against its hash.
    #[arg(long, value_name = "DIR")]
    pub(super) archive: Option<PathBuf>,
    /// How far back logs are read.
    #[arg(long, value_name = "DAYS", default_value_t = LOG_DAYS)]
    pub(super) log_days: u32,
    /// Ends with one JSON object on the last line.
    #[arg(long)]
    pub(super) json: bool,
}
