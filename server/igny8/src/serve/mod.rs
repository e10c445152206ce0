//! `igny8 serve`: from settings to a server that answers, and back.

mod announce;
mod dashboard;
mod listen;
mod shutdown;
mod wire;
mod workspace;

use crate::admin::{Desk, Listening};
use crate::argument::ServeArguments;
use crate::config::Settings;
use crate::key::{self, Entities, KeyKeeper};
use crate::port::{KeyFile, KeyFileError};
use crate::store::{OpenStore, Presence};
use crate::{care, credit};
use crate::{telemetry, terminal};
use anyhow::Context;
use axum::serve::ListenerExt;
use igny8_actors_runtime::Platform;
use igny8_server_edge::{EdgeSettings, EdgeState, router};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Runs the server until it is told to stop.
pub(crate) async fn command(arguments: ServeArguments) -> ExitCode {
    let Some(settings) = arguments.config.settings() else {
        return ExitCode::from(terminal::EXIT_UNUSABLE);
    };
    match run(&settings, &arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// The server's keys: made in development if there are none.
pub(crate) fn keys(settings: &Settings) -> Result<KeyFile, KeyFileError> {
    match settings.development {
        true => KeyFile::read_or_create(&settings.keys_file),
        false => KeyFile::read(&settings.keys_file),
    }
}

async fn run(settings: &Settings, arguments: &ServeArguments) -> anyhow::Result<()> {
    telemetry::start_logs(settings)?;
    let metrics = telemetry::start_metrics()?;
    let keys = keys(settings)?;
    let listener = listen::bind(settings).await?;
    let address = listener.local_addr().context("the listener has no address")?;
    std::fs::create_dir_all(&settings.store.data_dir).with_context(|| {
        format!("the data folder {} cannot be made", settings.store.data_dir.display())
    })?;
    let opened = OpenStore::open_whole(&settings.store, Presence::Made).await?;
    let store = opened.share();
    let wire::Wired { world, pool, ring, models } = wire::world(settings, &keys, store.clone())?;
    let platform = Platform::start(world).await.context("the actors cannot start")?;
    let entities = Entities::Running(platform.clone(), models);
    let keeper = Arc::new(KeyKeeper { ring, store: store.clone(), entities });
    let admin = Listening::start(
        &settings.store.data_dir,
        credit::desk(
            care::desk(key::desk(Desk::default(), keeper), &store),
            platform.clone(),
            store.clone(),
        ),
    )?;
    let shutdown = CancellationToken::new();
    let edge = EdgeSettings {
        access_key: keys.access,
        development: settings.development,
        https: settings.https(),
        origins: settings.origins.iter().chain(&settings.public_url).cloned().collect(),
        trusted_proxies: settings.trusted_proxies.clone(),
        limits: settings.limits,
        assets: dashboard::source(settings)?,
        metrics: settings.metrics.then(|| {
            let render: igny8_server_edge::MetricsSource = Arc::new(move || metrics.render());
            render
        }),
        shutdown: shutdown.clone(),
    };
    let state = EdgeState::new(platform.clone(), edge);
    shutdown::on_signal(shutdown.clone()).context("signals cannot be heard")?;
    greet(settings, arguments, &platform, &state, address).await?;
    answer(listener, state, shutdown).await?;
    admin.close().await;
    pool.close();
    platform.stop().await;
    drop(platform);
    drop(store);
    opened.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Says where the server is, on the terminal and to whoever waits for the file.
async fn greet(
    settings: &Settings,
    arguments: &ServeArguments,
    platform: &Platform,
    state: &EdgeState,
    address: SocketAddr,
) -> anyhow::Result<()> {
    let url = settings.url(address);
    let mut announcement = announce::Announcement { address: url.clone(), login_link: None };
    if arguments.demo_workspace {
        let account = workspace::ensure(platform).await?;
        let code = state.new_login_code(account).context("no login code could be made")?;
        announcement.login_link = Some(format!("{url}/#code={code}"));
    }
    tracing::info!(%address, url, development = settings.development, "the server answers");
    announcement.print();
    if let Some(path) = &arguments.announce {
        announcement.write(path)?;
    }
    Ok(())
}

/// Takes requests until a signal comes; then lets the running ones end, and says goodbye on the
/// sockets, within bounds.
async fn answer(
    listener: TcpListener,
    state: EdgeState,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let service = router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    // A frame that follows another would wait for the client's delayed acknowledgement (40 ms).
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let stopping = shutdown.clone();
    let serving = axum::serve(listener, service)
        .with_graceful_shutdown(async move { stopping.cancelled().await });
    let ended = async {
        serving.into_future().await.context("the server failed")?;
        state.sockets_ended().await;
        anyhow::Ok(())
    };
    tokio::select! {
        ended = ended => ended?,
        () = shutdown::grace(shutdown) => {
            tracing::warn!("some requests or sockets did not end in time");
        }
    }
    Ok(())
}
