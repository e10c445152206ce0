//! The writing half of a socket.

use super::bound::{FAREWELL_MAX, HEARTBEAT, WRITE_MAX};
use super::close_frame;
use super::outbox::{Batch, Outbox};
use super::session::End;
use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use futures::SinkExt;
use futures::stream::SplitSink;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval_at, timeout};

/// The task that writes a socket.
pub(super) struct Writer {
    outbox: Arc<Outbox>,
    task: JoinHandle<()>,
}

impl Writer {
    /// Starts it. `beat` as in [`write`].
    pub(super) fn start(
        sink: SplitSink<WebSocket, Message>,
        outbox: Arc<Outbox>,
        beat: Option<Bytes>,
    ) -> Self {
        Self { task: tokio::spawn(write(sink, outbox.clone(), beat)), outbox }
    }

    /// Waits until it has ended by itself: nobody reads any more.
    pub(super) async fn ended(&mut self) {
        drop((&mut self.task).await);
    }

    /// Says why the socket ends, if it was not its client who went, and stops.
    pub(super) async fn finish(mut self, end: End) {
        if let Some((code, text)) = end {
            self.outbox.close(code, text);
            if timeout(FAREWELL_MAX, &mut self.task).await.is_err() {
                tracing::debug!("the reader did not take the close frame");
            }
        }
        self.task.abort();
    }
}

/// Writes one batch per wake-up, each with one flush. Where clients do not ask for signs of life
/// but need them, `beat` is one, sent with a ping.
async fn write(mut sink: SplitSink<WebSocket, Message>, outbox: Arc<Outbox>, beat: Option<Bytes>) {
    let mut beats = beat.map(|beat| (interval_at(Instant::now() + HEARTBEAT, HEARTBEAT), beat));
    loop {
        let (messages, is_last) = match &mut beats {
            None => messages(outbox.batch().await),
            Some((ticks, beat)) => tokio::select! {
                batch = outbox.batch() => messages(batch),
                _ = ticks.tick() => {
                    (vec![Message::Ping(Bytes::new()), Message::Binary(beat.clone())], false)
                }
            },
        };
        let sent = async {
            for message in messages {
                sink.feed(message).await?;
            }
            sink.flush().await
        };
        match timeout(WRITE_MAX, sent).await {
            Ok(Ok(())) if !is_last => {}
            Ok(_) => return,
            Err(_) => {
                metrics::counter!("igny8_slow_readers_total").increment(1);
                let text = "nothing was read for too long";
                let farewell = sink.send(close_frame(outbox.slow, text));
                drop(timeout(FAREWELL_MAX, farewell).await);
                return;
            }
        }
    }
}

/// A batch as messages, and whether it is the last.
fn messages(batch: Batch) -> (Vec<Message>, bool) {
    let Batch { frames, closing } = batch;
    let mut messages: Vec<_> = frames.into_iter().map(Message::Binary).collect();
    messages.extend(closing.map(|(code, text)| close_frame(code, text)));
    (messages, closing.is_some())
}
