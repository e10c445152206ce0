//! Care of what is stored: backup, restore, export, import, verify. Each command asks the server
//! that holds the store, or opens the store itself; either way the same work is done. What it
//! consists of is in storage/care.

mod argument;
mod bar;
mod command;
mod verify;
mod work;

pub(crate) use argument::{BackupArguments, ExportArguments, FillArguments, VerifyArguments};
pub(crate) use command::{backup, export, import, restore};
pub(crate) use verify::command as verify;

use crate::admin::Desk;
use igny8_storage_api::Store;
use std::sync::Arc;

const BACKUP: &str = "backup";
const EXPORT: &str = "export";
const VERIFY: &str = "verify";

/// Adds what can be done while the server runs.
pub(crate) fn desk(desk: Desk, store: &Arc<dyn Store>) -> Desk {
    let (one, two, three) = (store.clone(), store.clone(), store.clone());
    desk.command(BACKUP, move |asked, progress| work::backup(one.clone(), asked, progress))
        .command(EXPORT, move |asked, progress| work::export(two.clone(), asked, progress))
        .command(VERIFY, move |asked, progress| work::verify(three.clone(), asked, progress))
}
