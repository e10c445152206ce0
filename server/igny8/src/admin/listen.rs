//! The server's end of the socket.

use super::desk::{Desk, Progress};
use super::{Line, QUESTION_BYTES_MAX, socket_path};
use anyhow::Context;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Questions at a time: each may be a walk over the whole store.
const ASKING_MAX: usize = 4;
/// A question comes within this.
const QUESTION_WAIT: Duration = Duration::from_secs(5);
/// Lines of progress that wait for a reader; more are left out.
const LINES_WAITING_MAX: usize = 16;
/// Work gets so long to stop when the server does.
const STOP_WAIT: Duration = Duration::from_secs(2);
const ROOT: u32 = 0;

/// A socket that is listened to.
pub(crate) struct Listening {
    path: PathBuf,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Listening {
    /// Listens in this folder, which no other server uses: what lies there is left over.
    pub(crate) fn start(data_dir: &Path, desk: Desk) -> anyhow::Result<Self> {
        let path = socket_path(data_dir);
        let failed = || format!("the admin socket {} cannot be made", path.display());
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(failed);
            }
            _ => {}
        }
        let listener = UnixListener::bind(&path).with_context(failed)?;
        // Whoever connects before this is turned away by the check of the other end's user.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
            .with_context(failed)?;
        let user = std::fs::metadata(&path).with_context(failed)?.uid();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let accepting = accept(listener, user, Arc::new(desk), stop.clone(), tasks.clone());
        tasks.spawn(accepting);
        Ok(Self { path, stop, tasks })
    }

    /// Takes no more questions and lets what is being done break off.
    pub(crate) async fn close(self) {
        self.stop.cancel();
        drop(std::fs::remove_file(&self.path));
        self.tasks.close();
        if tokio::time::timeout(STOP_WAIT, self.tasks.wait()).await.is_err() {
            tracing::warn!("work that was asked for through the admin socket does not stop");
        }
    }
}

async fn accept(
    listener: UnixListener,
    user: u32,
    desk: Arc<Desk>,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let room = Arc::new(Semaphore::new(ASKING_MAX));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the admin socket could not take a connection");
                continue;
            }
        };
        let is_ours = |peer: u32| peer == user || peer == ROOT;
        if !stream.peer_cred().is_ok_and(|peer| is_ours(peer.uid())) {
            tracing::warn!("somebody else's process asked through the admin socket");
            continue;
        }
        let (desk, stop, room) = (desk.clone(), stop.child_token(), room.clone());
        tasks.spawn(async move {
            let Ok(_place) = room.try_acquire() else {
                let busy = Line::Failed(format!("{ASKING_MAX} commands are being done already"));
                let (_, mut writer) = stream.into_split();
                drop(write(&mut writer, &busy).await);
                return;
            };
            if let Err(error) = serve(stream, &desk, stop).await {
                tracing::debug!(%error, "an admin connection ended early");
            }
        });
    }
}

async fn serve(stream: UnixStream, desk: &Desk, stop: CancellationToken) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader.take(QUESTION_BYTES_MAX));
    let mut question = Vec::new();
    tokio::time::timeout(QUESTION_WAIT, reader.read_until(b'\n', &mut question)).await??;
    let reader = reader.into_inner().into_inner();
    let (sender, mut lines) = mpsc::channel(LINES_WAITING_MAX);
    // However this ends, the work hears that nobody waits for it.
    let _stop = stop.clone().drop_guard();
    let work = desk.answer(&question, Progress::lines(sender, stop));
    let (mut work, mut gone) = (std::pin::pin!(work), std::pin::pin!(closed(reader)));
    let last = loop {
        tokio::select! {
            Some(how_far) = lines.recv() => write(&mut writer, &Line::Progress(how_far)).await?,
            last = &mut work => break last,
            () = &mut gone => return Ok(()),
        }
    };
    write(&mut writer, &last).await?;
    writer.shutdown().await
}

/// Ends when the other end is gone. It has nothing more to say.
async fn closed(mut reader: OwnedReadHalf) {
    let mut byte = [0];
    while matches!(reader.read(&mut byte).await, Ok(1)) {}
}

async fn write(writer: &mut OwnedWriteHalf, line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    writer.write_all(&text).await
}
