//! One WebSocket, as a browser tab holds it.

use crate::api::Api;
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use igny8_protocol_wire::PROTOCOL_VERSION;
use igny8_protocol_wire::codec::{decode, encode};
use igny8_protocol_wire::frame::{ClientFrame, ServerFrame};
use igny8_protocol_wire::stream::{StreamName, StreamSnapshot};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// A server from which nothing is heard for so long has failed: whoever waits here waits for
/// something that takes a few seconds.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);

/// A client that waits says that it is there: the server closes sockets that are silent for 45 s.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Of heartbeats; other pings count from 1.
const HEARTBEAT_NONCE: u32 = 0;

/// An open socket that has been welcomed.
pub(crate) struct Socket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    references: u32,
    spoke: Instant,
}

impl Socket {
    /// Opens it with a ticket of its own.
    pub(crate) async fn open(api: &Api) -> Result<Self> {
        let (address, ticket) = api.ticket().await?;
        let mut request = address.into_client_request()?;
        let protocols = format!("igny8.v1, igny8.ticket.{ticket}").parse()?;
        request.headers_mut().insert("sec-websocket-protocol", protocols);
        // Browsers send small frames at once; so does this.
        let connect = connect_async_with_config(request, None, true);
        let (socket, _) = timeout(SILENCE_LIMIT, connect).await.context("no socket in time")??;
        let mut socket = Self { socket, references: 0, spoke: Instant::now() };
        let client = "igny8-bench-load".to_owned();
        socket
            .send(&ClientFrame::Hello { versions: vec![PROTOCOL_VERSION], client, packed: false })
            .await?;
        let welcome = socket.next().await?;
        ensure!(matches!(welcome, ServerFrame::Welcome { .. }), "welcomed with {welcome:?}");
        Ok(socket)
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, frame: &ClientFrame) -> Result<()> {
        let message = Message::Binary(encode(frame)?.into());
        timeout(SILENCE_LIMIT, self.socket.send(message)).await.context("the line is stuck")??;
        self.spoke = Instant::now();
        Ok(())
    }

    /// The next frame, whatever it says. A call that is dropped loses nothing.
    pub(crate) async fn next(&mut self) -> Result<ServerFrame> {
        loop {
            match decode(&self.next_bytes().await?)? {
                ServerFrame::Pong { nonce: HEARTBEAT_NONCE } => {}
                frame => return Ok(frame),
            }
        }
    }

    /// The next frame as it came, for clients that hear too much to read all of it.
    pub(crate) async fn next_bytes(&mut self) -> Result<Bytes> {
        let started = Instant::now();
        loop {
            ensure!(started.elapsed() < SILENCE_LIMIT, "nothing was heard for {SILENCE_LIMIT:?}");
            let heartbeat = self.spoke + HEARTBEAT;
            match timeout_at(heartbeat, self.socket.next()).await {
                Err(_) => self.send(&ClientFrame::Ping { nonce: HEARTBEAT_NONCE }).await?,
                Ok(Some(Ok(Message::Binary(bytes)))) => return Ok(bytes),
                Ok(Some(Ok(Message::Close(frame)))) => bail!("the server closed it: {frame:?}"),
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(error))) => return Err(error.into()),
                Ok(None) => bail!("the line was lost"),
            }
        }
    }

    /// A number for the next request.
    pub(crate) fn reference(&mut self) -> u32 {
        self.references += 1;
        self.references
    }

    /// Asks for a stream; the answer is a frame with the reference.
    pub(crate) async fn ask(&mut self, stream: StreamName) -> Result<u32> {
        let r#ref = self.reference();
        // A document's empty state vector asks for everything.
        let state_vector = matches!(stream, StreamName::Document(_)).then(|| vec![0]);
        let position = None;
        self.send(&ClientFrame::Subscribe { r#ref, stream, position, state_vector }).await?;
        Ok(r#ref)
    }

    /// Asks for a stream and waits until it stands; other frames are dropped meanwhile.
    pub(crate) async fn subscribe(&mut self, stream: StreamName) -> Result<StreamSnapshot> {
        let asked = self.ask(stream).await?;
        loop {
            match self.next().await? {
                ServerFrame::Subscribed { r#ref, snapshot, .. } if r#ref == asked => {
                    return snapshot.context("a first subscription brings a snapshot");
                }
                ServerFrame::Problem { code, message, .. } => bail!("{code}: {message}"),
                _ => {}
            }
        }
    }

    /// A round trip; other frames are dropped meanwhile.
    pub(crate) async fn ping(&mut self) -> Result<()> {
        let nonce = self.reference();
        self.send(&ClientFrame::Ping { nonce }).await?;
        while self.next().await? != (ServerFrame::Pong { nonce }) {}
        Ok(())
    }
}
