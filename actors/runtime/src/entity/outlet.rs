//! Who listens to an entity: one bounded channel per subscriber, one shared message per commit.

use igny8_protocol_ids::Position;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;

/// Messages that wait for one subscriber. A slower one is cut off and resumes by position (R11).
const BACKLOG_MAX: usize = 256;

/// What one commit told.
#[derive(Debug)]
pub struct Published<E> {
    /// The position after it.
    pub position: Position,
    /// In order.
    pub events: Vec<E>,
    /// The encoded frame: filled by the first session that sends it, shared by all.
    pub encoded: OnceLock<bytes::Bytes>,
}

/// A listener's end. When it closes without `Unsubscribe`, the listener was too slow or the entity
/// restarted: subscribe again with the last position.
#[derive(Debug)]
pub struct Subscription<E> {
    receiver: mpsc::Receiver<Arc<Published<E>>>,
}

impl<E> Subscription<E> {
    /// The next message; `None` when it is over.
    pub async fn next(&mut self) -> Option<Arc<Published<E>>> {
        self.receiver.recv().await
    }
}

/// How a subscription began.
#[derive(Debug)]
pub enum Resume<E, T> {
    /// From the asked-for position: what was missed, in order.
    Exact(Vec<Published<E>>),
    /// With the state as it is.
    Snapshot(T),
}

/// A subscription that stands.
#[derive(Debug)]
pub struct Joined<E, T> {
    /// The position from which live messages follow.
    pub position: Position,
    /// What comes before them.
    pub resume: Resume<E, T>,
    /// The live messages.
    pub subscription: Subscription<E>,
}

/// All listeners of one entity.
#[derive(Debug)]
pub(crate) struct Outlet<E> {
    listeners: Vec<mpsc::Sender<Arc<Published<E>>>>,
}

impl<E> Default for Outlet<E> {
    fn default() -> Self {
        Self { listeners: Vec::new() }
    }
}

impl<E> Outlet<E> {
    pub(crate) fn join(&mut self) -> Subscription<E> {
        let (sender, receiver) = mpsc::channel(BACKLOG_MAX);
        self.listeners.push(sender);
        Subscription { receiver }
    }
    pub(crate) fn is_empty(&mut self) -> bool {
        self.listeners.retain(|listener| !listener.is_closed());
        self.listeners.is_empty()
    }
    pub(crate) fn publish(&mut self, position: Position, events: Vec<E>) {
        if self.listeners.is_empty() {
            return;
        }
        let message = Arc::new(Published { position, events, encoded: OnceLock::new() });
        self.listeners.retain(|listener| {
            let kept = listener.try_send(message.clone()).is_ok();
            if !kept && !listener.is_closed() {
                metrics::counter!("igny8_slow_listeners_total").increment(1);
            }
            kept
        });
    }
}
