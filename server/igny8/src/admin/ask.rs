//! The asking end of the socket.

use super::{Line, Question, socket_path};
use anyhow::Context;
use serde::Serialize;
use serde_json::Value;
use std::io;
use std::path::Path;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

/// Asks the server that runs on this data folder, and hears how far it is. `None` if none runs.
/// An error is the server's own, or says that it went away before it was done.
pub(crate) async fn ask(
    data_dir: &Path,
    command: &str,
    arguments: &impl Serialize,
    mut progress: impl FnMut(Value),
) -> anyhow::Result<Option<Value>> {
    let path = socket_path(data_dir);
    let stream = match UnixStream::connect(&path).await {
        Ok(stream) => stream,
        Err(error) if is_nobody(&error) => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot ask through {}", path.display()));
        }
    };
    let (reader, mut writer) = stream.into_split();
    let arguments = serde_json::to_value(arguments)?;
    let mut question = serde_json::to_vec(&Question { command: command.to_owned(), arguments })?;
    question.push(b'\n');
    writer.write_all(&question).await.context("the server does not listen")?;
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await.context("the server went away")? {
        match serde_json::from_str(&line).context("the server's answer cannot be read")? {
            Line::Progress(how_far) => progress(how_far),
            Line::Done(value) => return Ok(Some(value)),
            Line::Failed(reason) => anyhow::bail!("the running server says: {reason}"),
        }
    }
    anyhow::bail!("the server went away before {command} was done")
}

/// True if nobody listens: there is no socket, or a killed server left it behind.
fn is_nobody(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}
