//! The admin socket: a command of this binary asks the server that holds the store, on the same
//! machine and as the same user. One line of JSON asks; lines of progress and one last line answer.
//! It does no work: what is registered at the [`Desk`] does.

mod ask;
mod desk;
mod listen;

pub(crate) use ask::ask;
pub(crate) use desk::{Desk, Progress};
pub(crate) use listen::Listening;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The socket's name in the data folder.
const SOCKET_FILE: &str = "admin.sock";
/// A question is a line, not a document.
const QUESTION_BYTES_MAX: u64 = 64 * 1024;

/// What is asked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    command: String,
    #[serde(default)]
    arguments: Value,
}

/// A line of the answer. The last one is `Done` or `Failed`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Progress(Value),
    Done(Value),
    Failed(String),
}

fn socket_path(data_dir: &Path) -> PathBuf {
    data_dir.join(SOCKET_FILE)
}

#[cfg(test)]
mod test;
