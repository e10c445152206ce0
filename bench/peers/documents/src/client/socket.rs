//! One client's socket, from the greeting to the state it is answered with.

use crate::protocol::wire::{Envelope, NOTHING, Said};
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, Interval, interval_at, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// From the connection to the server's state. With 10,000 others at once it takes a while.
const OPEN_LIMIT: Duration = Duration::from_secs(60);
/// Hocuspocus closes a socket on which nothing came for a minute.
const BEAT: Duration = Duration::from_secs(20);
/// Of a client among thousands; those of whom much is sent read more at once.
pub(crate) const BUFFER_SMALL: usize = 4 << 10;
/// Of a client among hundreds.
pub(crate) const BUFFER_LARGE: usize = 64 << 10;

/// Where a document is.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// The server.
    pub(crate) server: SocketAddr,
    /// The rest of the address: it may hold a ticket, so it is in no message.
    pub(crate) path: String,
    /// How its messages look.
    pub(crate) envelope: Envelope,
}

type Stream = WebSocketStream<TcpStream>;
/// Where edits go.
pub(crate) type Sender = SplitSink<Stream, Message>;

/// An open socket that knows the server's state.
pub(crate) struct Socket {
    sender: Sender,
    receiver: Receiver,
    /// The document as the server had it.
    pub(crate) state: Bytes,
}

/// What a client hears.
pub(crate) enum Heard {
    /// Edits.
    Update(Bytes),
    /// Who is here.
    Presence(Bytes),
}

/// Where updates come from.
pub(crate) struct Receiver {
    stream: SplitStream<Stream>,
    envelope: Envelope,
    beat: Option<Beat>,
}

/// Signs of life of one who only reads.
struct Beat {
    sender: Sender,
    message: Bytes,
    times: Interval,
}

impl Socket {
    /// Connects, greets, and waits for the server's state.
    pub(crate) async fn open(address: &Address, buffer: usize) -> Result<Self> {
        Self::reopen(address, buffer, NOTHING).await
    }

    /// The same, for one who has so much already: its state is the rest.
    pub(crate) async fn reopen(address: &Address, buffer: usize, has: &[u8]) -> Result<Self> {
        let stream = TcpSocket::new_v4()?;
        Self::open_over(stream, address, buffer, has).await
    }

    /// The same, over a line for which less than usual is kept while nobody reads: this many bytes.
    pub(crate) async fn open_narrow(address: &Address, buffer: usize, kept: u32) -> Result<Self> {
        let stream = TcpSocket::new_v4()?;
        stream.set_recv_buffer_size(kept)?;
        Self::open_over(stream, address, buffer, NOTHING).await
    }

    async fn open_over(
        stream: TcpSocket,
        address: &Address,
        buffer: usize,
        has: &[u8],
    ) -> Result<Self> {
        timeout(OPEN_LIMIT, Self::greet(stream, address, buffer, has))
            .await
            .with_context(|| format!("no document after {OPEN_LIMIT:?}"))?
    }

    async fn greet(
        stream: TcpSocket,
        address: &Address,
        buffer: usize,
        has: &[u8],
    ) -> Result<Self> {
        let stream = stream.connect(address.server).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(buffer)
            .write_buffer_size(buffer)
            .max_frame_size(None)
            .max_message_size(None);
        let url = format!("ws://{}{}", address.server, address.path);
        let (stream, _) = client_async_with_config(url, stream, Some(config))
            .await
            .context("the server does not open a socket")?;
        let (mut sender, stream) = stream.split();
        for message in address.envelope.greeting(has) {
            sender.send(Message::Binary(message)).await?;
        }
        let mut receiver = Receiver { stream, envelope: address.envelope.clone(), beat: None };
        let mut state = None;
        let mut is_asked = false;
        while state.is_none() || !is_asked {
            let frame = receiver.frame().await?;
            match address.envelope.read(&frame).context("a message that is not whole")? {
                Said::Step1 => {
                    is_asked = true;
                    let answer = address.envelope.nothing_new();
                    sender.send(Message::Binary(answer)).await?;
                }
                Said::Step2(update) => state = Some(frame.slice_ref(update)),
                Said::Update(_) | Said::Presence(_) | Said::Other => {}
            }
        }
        Ok(Self { sender, receiver, state: state.unwrap_or_default() })
    }

    /// For one who writes.
    pub(crate) fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }

    /// For one who reads only: where silence is taken for death, a sign of life is given.
    pub(crate) fn listen(self) -> Receiver {
        let mut receiver = self.receiver;
        let times = interval_at(Instant::now() + BEAT, BEAT);
        let beat = |message| Beat { sender: self.sender, message, times };
        receiver.beat = receiver.envelope.beat().map(beat);
        receiver
    }
}

impl Receiver {
    /// The next update.
    pub(crate) async fn update(&mut self) -> Result<Bytes> {
        loop {
            if let Heard::Update(update) = self.hear().await? {
                return Ok(update);
            }
        }
    }

    /// What is said next.
    pub(crate) async fn hear(&mut self) -> Result<Heard> {
        loop {
            let frame = self.frame().await?;
            match self.envelope.read(&frame).context("a message that is not whole")? {
                Said::Step2(update) | Said::Update(update) => {
                    return Ok(Heard::Update(frame.slice_ref(update)));
                }
                Said::Presence(presence) => {
                    return Ok(Heard::Presence(frame.slice_ref(presence)));
                }
                Said::Step1 | Said::Other => {}
            }
        }
    }

    async fn frame(&mut self) -> Result<Bytes> {
        loop {
            let message = match &mut self.beat {
                None => self.stream.next().await,
                Some(beat) => tokio::select! {
                    message = self.stream.next() => message,
                    _ = beat.times.tick() => {
                        beat.sender.send(Message::Binary(beat.message.clone())).await?;
                        continue;
                    }
                },
            };
            match message.context("the server closed the socket")?? {
                Message::Binary(frame) => return Ok(frame),
                Message::Close(why) => bail!("the server closed the socket: {why:?}"),
                _ => {}
            }
        }
    }
}
