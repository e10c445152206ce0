//! What waits for a socket's reader: one bounded outbox in four ranks, written in batches.

use super::bound::{BATCH_BYTES, OUTBOX_BYTES_MAX, OUTBOX_FRAMES_MAX, PRESENCE_FRAMES_MAX};
use bytes::Bytes;
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::close::{self, CloseCode};
use igny8_protocol_wire::codec::encode;
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::stream::TaskProgress;
use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};
use tokio::sync::Notify;

/// Which goes first (R10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// Answers and acknowledgements.
    Answer,
    /// Documents.
    Document,
    /// Events of tenants and sites.
    Stream,
    /// Presence; coalesced progress comes after it.
    Presence,
}

#[derive(Default)]
struct Waiting {
    ranks: [VecDeque<Bytes>; 4],
    bytes: usize,
    /// The latest of each site: what was not sent yet is replaced.
    progress: BTreeMap<SiteId, Vec<TaskProgress>>,
    closing: Option<(CloseCode, &'static str)>,
}

/// The outbox of one socket.
pub(super) struct Outbox {
    /// What a reader that is too slow is told.
    pub slow: CloseCode,
    waiting: Mutex<Waiting>,
    wake: Notify,
}

impl Default for Outbox {
    fn default() -> Self {
        Self::new(close::SLOW_READER)
    }
}

/// What is written at one wake-up.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub frames: Vec<Bytes>,
    pub closing: Option<(CloseCode, &'static str)>,
}

impl Outbox {
    pub(super) fn new(slow: CloseCode) -> Self {
        Self { slow, waiting: Mutex::default(), wake: Notify::default() }
    }

    /// Puts a frame in.
    pub(super) fn send(&self, rank: Rank, frame: &ServerFrame) {
        match encode(frame) {
            Ok(bytes) => self.push(rank, bytes.into()),
            Err(error) => {
                tracing::error!(%error, "a frame cannot be written");
                self.close(close::INTERNAL, "a message could not be written");
            }
        }
    }

    /// Puts an encoded frame in. A full outbox ends the socket: its client resumes by position.
    pub(super) fn push(&self, rank: Rank, frame: Bytes) {
        let mut waiting = self.waiting.lock();
        if waiting.closing.is_some() {
            return;
        }
        waiting.bytes += frame.len();
        waiting.ranks[rank as usize].push_back(frame);
        if rank == Rank::Presence && waiting.ranks[rank as usize].len() > PRESENCE_FRAMES_MAX {
            let oldest = waiting.ranks[rank as usize].pop_front();
            waiting.bytes -= oldest.map_or(0, |frame| frame.len());
            metrics::counter!("igny8_presence_coalesced_total").increment(1);
        }
        let count: usize = waiting.ranks.iter().map(VecDeque::len).sum();
        // A single frame always fits: a document of the largest size can be opened.
        if count > OUTBOX_FRAMES_MAX || (count > 1 && waiting.bytes > OUTBOX_BYTES_MAX) {
            metrics::counter!("igny8_slow_readers_total").increment(1);
            waiting.closing = Some((self.slow, "too much waits for you"));
            waiting.ranks.iter_mut().for_each(VecDeque::clear);
        }
        drop(waiting);
        self.wake.notify_one();
    }

    /// The latest progress of a site's tasks.
    pub(super) fn progress(&self, site: SiteId, tasks: Vec<TaskProgress>) {
        self.waiting.lock().progress.insert(site, tasks);
        self.wake.notify_one();
    }

    /// Ends the socket after what waits already. The first reason counts.
    pub(super) fn close(&self, code: CloseCode, text: &'static str) {
        self.waiting.lock().closing.get_or_insert((code, text));
        self.wake.notify_one();
    }

    /// What is to be written next, in order of rank; waits until there is something.
    pub(super) async fn batch(&self) -> Batch {
        loop {
            if let Some(batch) = self.take() {
                return batch;
            }
            self.wake.notified().await;
        }
    }

    fn take(&self) -> Option<Batch> {
        let mut waiting = self.waiting.lock();
        let (mut frames, mut bytes) = (Vec::new(), 0);
        for rank in 0..waiting.ranks.len() {
            while bytes < BATCH_BYTES
                && let Some(frame) = waiting.ranks[rank].pop_front()
            {
                bytes += frame.len();
                frames.push(frame);
            }
        }
        waiting.bytes -= bytes.min(waiting.bytes);
        if bytes < BATCH_BYTES {
            for (site, tasks) in std::mem::take(&mut waiting.progress) {
                frames.extend(encode(&ServerFrame::Progress { site, tasks }).map(Bytes::from).ok());
            }
        }
        let is_empty = waiting.ranks.iter().all(VecDeque::is_empty);
        let closing = waiting.closing.filter(|_| is_empty);
        (!frames.is_empty() || closing.is_some()).then_some(Batch { frames, closing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[test]
    fn r10_acknowledgements_go_before_documents_before_tasks_before_presence() {
        let outbox = Outbox::default();
        for (rank, text) in [
            (Rank::Presence, "d"),
            (Rank::Stream, "c"),
            (Rank::Document, "b"),
            (Rank::Answer, "a"),
            (Rank::Stream, "c2"),
        ] {
            outbox.push(rank, frame(text));
        }
        assert_eq!(["a", "b", "c", "c2", "d"].map(frame).to_vec(), outbox.take().unwrap().frames);
        assert!(outbox.take().is_none());
    }

    #[test]
    fn r11_a_full_outbox_closes_and_says_so() {
        let outbox = Outbox::default();
        for _ in 0..=OUTBOX_FRAMES_MAX {
            outbox.push(Rank::Stream, frame("x"));
        }
        let batch = outbox.take().unwrap();
        assert!(batch.frames.is_empty());
        assert_eq!(Some(close::SLOW_READER), batch.closing.map(|(code, _)| code));
    }

    #[test]
    fn r5_presence_and_progress_are_coalesced_and_never_close() {
        let outbox = Outbox::default();
        let site = SiteId::from_uuid(uuid::Uuid::from_u128(1));
        for _ in 0..OUTBOX_FRAMES_MAX * 2 {
            outbox.push(Rank::Presence, frame("x"));
            outbox.progress(site, Vec::new());
        }
        let batch = outbox.take().unwrap();
        assert_eq!(PRESENCE_FRAMES_MAX + 1, batch.frames.len());
        assert!(batch.closing.is_none());
    }

    #[test]
    fn what_waited_is_written_before_the_close() {
        let outbox = Outbox::default();
        outbox.push(Rank::Answer, frame("a"));
        outbox.close(close::GOING_AWAY, "bye");
        outbox.close(close::INTERNAL, "late");
        let batch = outbox.take().unwrap();
        assert_eq!((1, Some((close::GOING_AWAY, "bye"))), (batch.frames.len(), batch.closing));
    }
}
