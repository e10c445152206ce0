//! The outbox of a socket, and the writing of it.

use super::event;
use super::frame::Piece;
use super::queue::{Batch, Queue, Rank};
use super::sink::Sink;
use crate::socket::bound::{BATCH_BYTES, FAREWELL_MAX, HEARTBEAT, WRITE_MAX};
use bytes::Bytes;
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::close::{self, CloseCode};
use igny8_protocol_wire::codec::{CodecError, encode, encode_until};
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::packed;
use igny8_protocol_wire::stream::TaskProgress;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;
use tokio::time::{Instant, interval_at, timeout};

/// The outbox of one socket. When its last holder is gone, the line is shut in this direction.
pub(in super::super) struct Outbox {
    /// What a reader that is too slow is told.
    slow: CloseCode,
    /// Whether its client reads packed frames.
    packs: AtomicBool,
    sink: Sink,
    queue: Mutex<Queue>,
    out: Mutex<Out>,
    /// Wakes the socket's own task: it has to write.
    wake: Notify,
}

/// What is being written.
#[derive(Default)]
struct Out {
    pieces: VecDeque<Piece>,
    /// Bytes of the first piece that are out.
    written: usize,
    /// Whether the socket is over when they are.
    is_last: bool,
    /// Whether the socket's own task has to go on.
    is_left: bool,
    /// Whether nothing can be written any more.
    is_over: bool,
}

enum Wrote {
    All,
    /// There is more, for the next turn of who writes.
    Some,
    /// The client must read first.
    Blocked,
    /// Nothing can be written any more.
    Over,
}

impl Outbox {
    pub(super) fn new(sink: Sink, slow: CloseCode) -> Self {
        let (packs, out) = Default::default();
        let queue = Mutex::new(Queue::new(sink.framing()));
        Self { slow, packs, sink, queue, out, wake: Notify::new() }
    }

    /// The client has said whether it reads packed frames.
    pub(in super::super) fn set_packs(&self, packs: bool) {
        self.packs.store(packs, Ordering::Relaxed);
    }

    /// Whether large frames go out packed.
    pub(in super::super) fn packs(&self) -> bool {
        self.packs.load(Ordering::Relaxed)
    }

    /// Sends a frame.
    pub(in super::super) fn send(&self, rank: Rank, frame: &ServerFrame) {
        self.post(rank, frame);
        self.flush();
    }

    /// Puts a frame in, to be written with others by [`Self::flush`].
    pub(in super::super) fn post(&self, rank: Rank, frame: &ServerFrame) {
        if let Some(bytes) = self.encoded(encode(frame)) {
            self.put(rank, bytes.into());
        }
    }

    /// Sends a frame that is this client's alone and may be large.
    pub(in super::super) fn send_large(&self, rank: Rank, frame: &ServerFrame) {
        if let Some(bytes) = self.encoded(encode(frame)) {
            let packed = self.packs().then(|| packed::pack(&bytes)).flatten();
            self.push(rank, packed.unwrap_or(bytes).into());
        }
    }

    /// Sends a frame whose last field is bytes and empty here: those follow, which others are sent,
    /// too; and so is their compressed form, if there is one.
    pub(in super::super) fn send_with(
        &self,
        rank: Rank,
        frame: &ServerFrame,
        (shared, deflated): (Bytes, Option<Bytes>),
    ) {
        let Some(mut own) = self.encoded(encode_until(frame, shared.len())) else { return };
        if deflated.is_some() {
            own = packed::begin(&own, shared.len());
        }
        let piece = Piece::in_two(&own, deflated.unwrap_or(shared));
        self.queue.lock().push(rank, piece, self.slow);
        self.flush();
    }

    /// A frame's bytes; the socket ends if there are none.
    fn encoded(&self, bytes: Result<Vec<u8>, CodecError>) -> Option<Vec<u8>> {
        bytes
            .inspect_err(|error| {
                tracing::error!(%error, "a frame cannot be written");
                self.close(close::INTERNAL, "a message could not be written");
            })
            .ok()
    }

    /// Sends an encoded frame.
    pub(in super::super) fn push(&self, rank: Rank, frame: Bytes) {
        self.put(rank, frame);
        self.flush();
    }

    /// Puts an encoded frame in, to be written with others by [`Self::flush`]. A full outbox ends the
    /// socket: its client resumes by position.
    pub(in super::super) fn put(&self, rank: Rank, frame: Bytes) {
        self.queue.lock().push(rank, Piece::binary(frame), self.slow);
    }

    /// Sends what is a frame already.
    pub(super) fn push_piece(&self, piece: Piece) {
        self.queue.lock().push(Rank::Answer, piece, self.slow);
        self.flush();
    }

    /// Sends the latest progress of a site's tasks.
    pub(in super::super) fn progress(&self, site: SiteId, tasks: Vec<TaskProgress>) {
        self.queue.lock().progress(site, tasks);
        self.flush();
    }

    /// Ends the socket after what waits already. The first reason counts.
    pub(in super::super) fn close(&self, code: CloseCode, text: &'static str) {
        self.queue.lock().close(code, text);
        self.flush();
    }

    /// Writes what waits as far as it goes without waiting; the rest is left to [`Self::write`].
    pub(in super::super) fn flush(&self) {
        // Who writes just now looks again when it is done.
        while let Some(mut out) = self.out.try_lock() {
            if out.is_left {
                return;
            }
            if !matches!(self.write_out(&mut out), Wrote::All) {
                out.is_left = true;
                return self.wake.notify_one();
            }
            drop(out);
            if self.queue.lock().is_empty() {
                return;
            }
        }
    }

    /// Writes what was left, whenever it is; ends with the line. Part of the socket's own task.
    pub(in super::super) async fn write(&self) {
        match &self.sink {
            Sink::Socket(_) => self.write_left().await,
            // Proxies take an answer on which nothing comes for over.
            Sink::Events(_) => {
                Box::pin(self.write_beating(|| [Piece::framed(event::COMMENT)])).await;
            }
        }
    }

    async fn write_left(&self) {
        let mut patience = WRITE_MAX;
        loop {
            let wrote = {
                let mut out = self.out.lock();
                let wrote = self.write_out(&mut out);
                out.is_left = !matches!(wrote, Wrote::All);
                wrote
            };
            match wrote {
                Wrote::All if self.queue.lock().is_empty() => self.wake.notified().await,
                Wrote::All => {}
                Wrote::Some => tokio::task::yield_now().await,
                Wrote::Over => return,
                Wrote::Blocked => {
                    if timeout(patience, self.sink.writable()).await.is_err() {
                        if !self.give_up() {
                            return;
                        }
                        patience = FAREWELL_MAX;
                    }
                }
            }
        }
    }

    /// The same where clients do not ask for signs of life but need them: `beat` is one, sent with a
    /// ping.
    pub(in super::super) async fn write_with(&self, beat: Bytes) {
        self.write_beating(|| [Piece::ping(), Piece::binary(beat.clone())]).await;
    }

    async fn write_beating<const N: usize>(&self, beat: impl Fn() -> [Piece; N]) {
        let mut ticks = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        let beats = async {
            loop {
                ticks.tick().await;
                for piece in beat() {
                    self.queue.lock().push(Rank::Answer, piece, self.slow);
                }
                self.flush();
            }
        };
        tokio::select! {
            () = self.write_left() => {}
            () = beats => {}
        }
    }

    /// The client has read nothing for too long; false if the socket was ending already. A frame that
    /// has begun is written to its end: what follows could not be read otherwise.
    fn give_up(&self) -> bool {
        metrics::counter!("igny8_slow_readers_total").increment(1);
        let mut out = self.out.lock();
        let begun = usize::from(out.written > 0);
        out.pieces.truncate(begun);
        self.queue.lock().give_up(self.slow, "nothing was read for too long") && !out.is_last
    }

    /// Writes a batch at most, and each piece from where it was left.
    fn write_out(&self, out: &mut Out) -> Wrote {
        if out.is_over {
            return Wrote::Over;
        }
        if out.pieces.is_empty() {
            let Some(Batch { pieces, is_last }) = self.queue.lock().take() else {
                return Wrote::All;
            };
            (out.pieces, out.is_last) = (pieces, is_last);
        }
        let mut room = BATCH_BYTES;
        while !out.pieces.is_empty() {
            if room == 0 {
                return Wrote::Some;
            }
            match self.sink.try_write(&out.pieces, out.written, room) {
                Ok(count) if count > 0 => {
                    room = room.saturating_sub(count);
                    out.advance(count);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Wrote::Blocked,
                // The client is gone.
                Ok(_) | Err(_) => {
                    out.is_over = true;
                    return Wrote::Over;
                }
            }
        }
        out.pieces = VecDeque::new();
        out.is_over = out.is_last;
        if out.is_over { Wrote::Over } else { Wrote::All }
    }
}

impl Out {
    fn advance(&mut self, count: usize) {
        self.written += count;
        while let Some(first) = self.pieces.front()
            && self.written >= first.len()
        {
            self.written -= first.len();
            self.pieces.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::net::{TcpListener, TcpStream};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

    /// An outbox and the far end of its line.
    async fn line() -> (Arc<Outbox>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let far = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (near, _) = listener.accept().await.unwrap();
        let (_, writes) = near.into_split();
        (Arc::new(Outbox::new(Sink::Socket(writes), close::SLOW_READER)), far)
    }

    async fn client(far: TcpStream) -> WebSocketStream<TcpStream> {
        let config = WebSocketConfig::default().max_frame_size(None).max_message_size(None);
        WebSocketStream::from_raw_socket(far, Role::Client, Some(config)).await
    }

    async fn read(client: &mut WebSocketStream<TcpStream>) -> Bytes {
        match client.next().await.unwrap().unwrap() {
            Message::Binary(bytes) => bytes,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_is_said_is_written_by_who_says_it() {
        let (outbox, far) = line().await;
        outbox.push(Rank::Document, Bytes::from_static(b"hello"));
        // Nobody but us has run.
        assert_eq!(Bytes::from_static(b"hello"), read(&mut client(far).await).await);
    }

    #[tokio::test]
    async fn a_large_frame_goes_out_as_its_reader_takes_it() {
        let (outbox, far) = line().await;
        let large = Bytes::from((0..20_000_000_u32).map(|at| at as u8).collect::<Vec<_>>());
        let writer = tokio::spawn({
            let outbox = outbox.clone();
            async move { outbox.write().await }
        });
        outbox.push(Rank::Document, large.clone());
        outbox.push(Rank::Presence, Bytes::from_static(b"here"));
        outbox.push(Rank::Answer, Bytes::from_static(b"durable"));
        let mut client = client(far).await;
        assert!(large == read(&mut client).await);
        assert_eq!("durable", read(&mut client).await);
        assert_eq!("here", read(&mut client).await);
        outbox.close(close::SERVICE_RESTART, "bye");
        writer.await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn what_many_say_at_once_comes_whole_and_once() {
        const SPEAKERS: u32 = 8;
        // Together fewer than an outbox takes.
        const WORDS: u32 = 1_000;
        let (outbox, far) = line().await;
        let writer = tokio::spawn({
            let outbox = outbox.clone();
            async move { outbox.write().await }
        });
        let speakers = (0..SPEAKERS).map(|speaker| {
            let outbox = outbox.clone();
            tokio::task::spawn_blocking(move || {
                for word in 0..WORDS {
                    let mut bytes = vec![0; 100 + word as usize % 400];
                    bytes[..4].copy_from_slice(&speaker.to_le_bytes());
                    bytes[4..8].copy_from_slice(&word.to_le_bytes());
                    outbox.push(Rank::Document, bytes.into());
                }
            })
        });
        let speakers: Vec<_> = speakers.collect();
        let mut client = client(far).await;
        let mut next = [0; SPEAKERS as usize];
        for _ in 0..SPEAKERS * WORDS {
            let bytes = read(&mut client).await;
            let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            let speaker = &mut next[number(0) as usize];
            assert_eq!((*speaker, 100 + *speaker as usize % 400), (number(4), bytes.len()));
            *speaker += 1;
        }
        for speaker in speakers {
            speaker.await.unwrap();
        }
        outbox.close(close::SERVICE_RESTART, "bye");
        writer.await.unwrap();
    }

    #[tokio::test]
    async fn r11_who_reads_nothing_is_given_up_behind_the_frame_that_has_begun() {
        const FRAMES: usize = 200;
        let (outbox, far) = line().await;
        let frame = Bytes::from(vec![7; 150_000]);
        for _ in 0..FRAMES {
            outbox.push(Rank::Document, frame.clone());
        }
        while matches!(outbox.write_out(&mut outbox.out.lock()), Wrote::All | Wrote::Some) {}
        assert!(outbox.give_up());
        assert!(!outbox.give_up(), "it was given up already");
        let writer = tokio::spawn(async move { outbox.write().await });
        let mut client = client(far).await;
        let mut count = 0;
        let end = loop {
            match client.next().await.unwrap().unwrap() {
                Message::Binary(bytes) => assert!(bytes == frame),
                Message::Close(end) => break end.unwrap(),
                other => panic!("{other:?}"),
            }
            count += 1;
        };
        assert!((1..FRAMES).contains(&count), "{count}");
        assert_eq!(close::SLOW_READER.code, u16::from(end.code));
        writer.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_of_events_says_something_within_each_heartbeat() {
        let (body, sink, _answer) = event::open();
        let outbox = Arc::new(Outbox::new(Sink::Events(sink), close::SLOW_READER));
        let writer = tokio::spawn({
            let outbox = outbox.clone();
            async move { outbox.write().await }
        });
        let mut said = body.into_data_stream();
        for _ in 0..3 {
            let chunk = timeout(HEARTBEAT + Duration::from_secs(1), said.next()).await;
            assert_eq!(event::COMMENT, chunk.unwrap().unwrap().unwrap());
        }
        outbox.close(close::INTERNAL, "bye");
        assert!(said.next().await.unwrap().unwrap().starts_with(b"event: close\n"));
        writer.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn r11_an_answer_that_nobody_reads_is_given_up() {
        let (body, sink, answer) = event::open();
        let outbox = Outbox::new(Sink::Events(sink), close::SLOW_READER);
        for text in ["first", "second"] {
            outbox.push(Rank::Document, Bytes::from_static(text.as_bytes()));
        }
        let given_up = timeout(2 * (WRITE_MAX + FAREWELL_MAX), outbox.write()).await;
        given_up.expect("it does not wait for ever");
        drop((outbox, answer));
        let said: Vec<Bytes> = body.into_data_stream().map(Result::unwrap).collect().await;
        assert_eq!(vec![Bytes::from_static(b"data: Zmlyc3Q=\n\n")], said);
    }
}
