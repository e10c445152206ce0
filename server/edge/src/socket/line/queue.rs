//! What waits for a socket's reader: bounded, in four ranks.

use super::frame::{Framing, Piece};
use crate::socket::bound::{BATCH_BYTES, OUTBOX_BYTES_MAX, OUTBOX_FRAMES_MAX, PRESENCE_FRAMES_MAX};
use bytes::Bytes;
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::close::CloseCode;
use igny8_protocol_wire::codec::encode;
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::stream::TaskProgress;
use std::collections::{BTreeMap, VecDeque};

/// Which goes first (R10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Rank {
    /// Answers and acknowledgements.
    Answer,
    /// Documents.
    Document,
    /// Events of tenants and sites.
    Stream,
    /// Presence; coalesced progress comes after it.
    Presence,
}

/// The frames that wait.
#[derive(Default)]
pub(super) struct Queue {
    framing: Framing,
    ranks: [VecDeque<Piece>; 4],
    count: usize,
    bytes: usize,
    /// The latest of each site: what was not sent yet is replaced.
    progress: BTreeMap<SiteId, Vec<TaskProgress>>,
    closing: Option<(CloseCode, &'static str)>,
    /// True once the close frame was taken.
    is_over: bool,
}

/// What is written next.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub pieces: VecDeque<Piece>,
    /// Whether nothing comes after it.
    pub is_last: bool,
}

impl Queue {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, ..Self::default() }
    }

    /// Puts a frame in. A full queue ends the socket, with `slow`: its client resumes by position.
    pub(super) fn push(&mut self, rank: Rank, piece: Piece, slow: CloseCode) {
        if self.closing.is_some() {
            return;
        }
        (self.count, self.bytes) = (self.count + 1, self.bytes + piece.len());
        let of_rank = &mut self.ranks[rank as usize];
        of_rank.push_back(piece);
        if rank == Rank::Presence
            && of_rank.len() > PRESENCE_FRAMES_MAX
            && let Some(oldest) = of_rank.pop_front()
        {
            (self.count, self.bytes) = (self.count - 1, self.bytes - oldest.len());
            metrics::counter!("igny8_presence_coalesced_total").increment(1);
        }
        // A single frame always fits: a document of the largest size can be opened.
        if self.count > OUTBOX_FRAMES_MAX || (self.count > 1 && self.bytes > OUTBOX_BYTES_MAX) {
            metrics::counter!("igny8_slow_readers_total").increment(1);
            self.give_up(slow, "too much waits for you");
        }
    }

    /// The latest progress of a site's tasks.
    pub(super) fn progress(&mut self, site: SiteId, tasks: Vec<TaskProgress>) {
        self.progress.insert(site, tasks);
    }

    /// Ends the socket after what waits already. The first reason counts.
    pub(super) fn close(&mut self, code: CloseCode, text: &'static str) {
        self.closing.get_or_insert((code, text));
    }

    /// Ends the socket without what waits; false if it was ending already.
    pub(super) fn give_up(&mut self, code: CloseCode, text: &'static str) -> bool {
        (self.ranks, self.count, self.bytes) = Default::default();
        let is_new = self.closing.is_none();
        self.close(code, text);
        is_new
    }

    /// What is to be written next, in order of rank, if anything is.
    pub(super) fn take(&mut self) -> Option<Batch> {
        let (mut pieces, mut bytes) = (VecDeque::new(), 0);
        for of_rank in &mut self.ranks {
            while bytes < BATCH_BYTES
                && let Some(piece) = of_rank.pop_front()
            {
                bytes += piece.len();
                pieces.push_back(piece);
            }
            if of_rank.is_empty() {
                // Most sockets are silent most of the time.
                *of_rank = VecDeque::new();
            }
        }
        (self.count, self.bytes) = (self.count - pieces.len(), self.bytes - bytes);
        if bytes < BATCH_BYTES {
            for (site, tasks) in std::mem::take(&mut self.progress) {
                let frame = encode(&ServerFrame::Progress { site, tasks });
                pieces.extend(frame.map(|bytes| Piece::binary(Bytes::from(bytes))).ok());
            }
        }
        let closing = self.closing.filter(|_| self.count == 0 && !self.is_over);
        if let Some((code, text)) = closing {
            self.is_over = true;
            pieces.push_back(self.framing.close(code, text));
        }
        (!pieces.is_empty()).then_some(Batch { pieces, is_last: closing.is_some() })
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        let is_closing = self.closing.is_some() && !self.is_over;
        self.count == 0 && self.progress.is_empty() && !is_closing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_wire::close;

    fn piece(text: &'static str) -> Piece {
        Piece::binary(Bytes::from_static(text.as_bytes()))
    }

    fn push(queue: &mut Queue, rank: Rank, text: &'static str) {
        queue.push(rank, piece(text), close::SLOW_READER);
    }

    #[test]
    fn r10_acknowledgements_go_before_documents_before_tasks_before_presence() {
        let mut queue = Queue::default();
        for (rank, text) in [
            (Rank::Presence, "d"),
            (Rank::Stream, "c"),
            (Rank::Document, "b"),
            (Rank::Answer, "a"),
            (Rank::Stream, "c2"),
        ] {
            push(&mut queue, rank, text);
        }
        assert_eq!(
            ["a", "b", "c", "c2", "d"].map(piece),
            *queue.take().unwrap().pieces.make_contiguous()
        );
        assert!(queue.is_empty() && queue.take().is_none());
    }

    #[test]
    fn r11_a_full_queue_closes_and_says_so() {
        let mut queue = Queue::default();
        for _ in 0..=OUTBOX_FRAMES_MAX {
            push(&mut queue, Rank::Stream, "x");
        }
        let batch = queue.take().unwrap();
        assert_eq!(Piece::close(close::SLOW_READER, "too much waits for you"), batch.pieces[0]);
        assert!(batch.is_last && batch.pieces.len() == 1);
        push(&mut queue, Rank::Answer, "late");
        assert!(queue.is_empty() && queue.take().is_none());
    }

    #[test]
    fn r11_one_frame_always_fits() {
        let mut queue = Queue::default();
        let large = Piece::binary(Bytes::from(vec![0; OUTBOX_BYTES_MAX + 1]));
        queue.push(Rank::Document, large.clone(), close::SLOW_READER);
        let batch = queue.take().unwrap();
        assert!(!batch.is_last && batch.pieces[0] == large);
    }

    #[test]
    fn r5_presence_and_progress_are_coalesced_and_never_close() {
        let mut queue = Queue::default();
        let site = SiteId::from_uuid(uuid::Uuid::from_u128(1));
        for _ in 0..OUTBOX_FRAMES_MAX * 2 {
            push(&mut queue, Rank::Presence, "x");
            queue.progress(site, Vec::new());
        }
        let batch = queue.take().unwrap();
        assert_eq!(PRESENCE_FRAMES_MAX + 1, batch.pieces.len());
        assert!(!batch.is_last);
    }

    #[test]
    fn what_waited_is_written_before_the_close() {
        let mut queue = Queue::default();
        push(&mut queue, Rank::Answer, "a");
        queue.close(close::SERVICE_RESTART, "bye");
        queue.close(close::INTERNAL, "late");
        let batch = queue.take().unwrap();
        assert_eq!(
            [piece("a"), Piece::close(close::SERVICE_RESTART, "bye")],
            *Vec::from(batch.pieces)
        );
        assert!(batch.is_last);
    }
}
