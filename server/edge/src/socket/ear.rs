//! By what a socket hears a document: most of it goes from the document into the socket's outbox at
//! once, without waking anybody but the one who writes.

use igny8_actors_runtime::{DocumentFrame, Listener};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::Notify;

/// Frames that are kept for a session. A slower one is cut off and joins again (R11).
const KEPT_MAX: usize = 512;

/// How a socket says what its document says.
pub(super) trait Mouth: Send + Sync {
    /// Says it, when it is flushed; false if the session itself must look at it.
    fn say(&self, frame: &DocumentFrame) -> bool;
    /// Writes what was said.
    fn flush(&self);
    /// Says that nothing more comes.
    fn over(&self);
}

/// Hears one document for one session.
pub(super) struct Ear<M> {
    mouth: M,
    heard: Mutex<Heard>,
    wake: Notify,
}

#[derive(Default)]
struct Heard {
    /// False until the session has said what the document was when it joined: nothing goes before it.
    is_open: bool,
    is_over: bool,
    kept: VecDeque<DocumentFrame>,
}

impl<M: Mouth> Ear<M> {
    pub(super) fn new(mouth: M) -> Arc<Self> {
        Arc::new(Self { mouth, heard: Mutex::default(), wake: Notify::new() })
    }

    /// The document's state is said: what came after it follows.
    pub(super) fn open(&self) {
        let mut heard = self.heard.lock();
        heard.is_open = true;
        heard.kept.retain(|frame| !self.mouth.say(frame));
        if heard.is_over {
            self.mouth.over();
        }
        drop(heard);
        self.mouth.flush();
    }

    /// What the session is to look at next; `None` when it is over.
    pub(super) async fn next(&self) -> Option<DocumentFrame> {
        loop {
            {
                let mut heard = self.heard.lock();
                if heard.is_open
                    && let Some(frame) = heard.kept.pop_front()
                {
                    return Some(frame);
                }
                if heard.is_over {
                    return None;
                }
            }
            self.wake.notified().await;
        }
    }
}

impl<M: Mouth> Listener for Ear<M> {
    fn hear(&self, frame: &DocumentFrame) -> bool {
        let mut heard = self.heard.lock();
        if heard.is_open && self.mouth.say(frame) {
            return true;
        }
        heard.kept.push_back(frame.clone());
        self.wake.notify_one();
        heard.kept.len() <= KEPT_MAX
    }

    fn flush(&self) {
        self.mouth.flush();
    }

    fn end(&self) {
        let mut heard = self.heard.lock();
        heard.is_over = true;
        if heard.is_open {
            self.mouth.over();
        }
        self.wake.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::{Epoch, Position, Sequence};
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

    /// Says acknowledgements of even numbers.
    #[derive(Default)]
    struct Even {
        said: AtomicU32,
        ends: AtomicU32,
    }

    impl Mouth for Even {
        fn say(&self, frame: &DocumentFrame) -> bool {
            let is_even =
                matches!(frame, DocumentFrame::Durable { reference, .. } if reference % 2 == 0);
            is_even && self.said.fetch_add(1, SeqCst) < u32::MAX
        }
        fn flush(&self) {}
        fn over(&self) {
            self.ends.fetch_add(1, SeqCst);
        }
    }

    fn durable(reference: u32) -> DocumentFrame {
        let position = Position { epoch: Epoch(1), sequence: Sequence(1) };
        DocumentFrame::Durable { reference, position }
    }

    async fn kept(ear: &Ear<Even>) -> Option<u32> {
        match ear.next().await? {
            DocumentFrame::Durable { reference, .. } => Some(reference),
            _ => None,
        }
    }

    #[tokio::test]
    async fn nothing_is_said_before_the_state_is() {
        let ear = Ear::new(Even::default());
        for reference in 1..=4 {
            assert!(ear.hear(&durable(reference)));
        }
        assert_eq!(0, ear.mouth.said.load(SeqCst));
        ear.open();
        assert_eq!(2, ear.mouth.said.load(SeqCst));
        assert!(ear.hear(&durable(5)) && ear.hear(&durable(6)));
        assert_eq!(3, ear.mouth.said.load(SeqCst));
        for reference in [1, 3, 5] {
            assert_eq!(Some(reference), kept(&ear).await);
        }
        ear.end();
        assert_eq!((None, 1), (kept(&ear).await, ear.mouth.ends.load(SeqCst)));
    }

    #[tokio::test]
    async fn what_ends_before_the_state_is_said_ends_after_it() {
        let ear = Ear::new(Even::default());
        ear.end();
        assert_eq!(0, ear.mouth.ends.load(SeqCst));
        ear.open();
        assert_eq!(1, ear.mouth.ends.load(SeqCst));
    }

    #[test]
    fn r11_who_does_not_look_is_cut_off() {
        let ear = Ear::new(Even::default());
        ear.open();
        let taken = (0..2_000).take_while(|_| ear.hear(&durable(1))).count();
        assert_eq!(KEPT_MAX, taken);
    }
}
