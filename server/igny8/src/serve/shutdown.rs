//! The way out.

use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Running requests get so long to end: below the ten seconds after which process managers kill.
const GRACE: Duration = Duration::from_secs(5);

/// Listens for SIGTERM and SIGINT from now on, before anybody is told that the server is there. The
/// first cancels the token: `/readyz` answers 503, no connection is taken any more, sockets are
/// closed. The second ends the process at once.
pub(super) fn on_signal(shutdown: CancellationToken) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            }
        };
        let name = next().await;
        tracing::info!(signal = name, "stopping");
        shutdown.cancel();
        next().await;
        std::process::exit(130);
    });
    Ok(())
}

/// Ends when running requests have had their time.
pub(super) async fn grace(shutdown: CancellationToken) {
    shutdown.cancelled().await;
    tokio::time::sleep(GRACE).await;
}
