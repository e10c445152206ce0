//! Nodes: one that serves, now and then an old one that does not know that it is over.

use crate::world::{Death, Pulse, Surroundings};
use igny8_actors_runtime::Platform;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

#[derive(Clone)]
struct Node {
    platform: Platform,
    pulse: Arc<Pulse>,
}

impl Node {
    fn kill(&self) {
        self.pulse.stop();
        self.platform.kill();
    }
}

/// All nodes of a life.
pub(crate) struct Nodes {
    around: Arc<Surroundings>,
    current: Mutex<Option<Node>>,
    zombies: Mutex<Vec<Node>>,
    started: AtomicU32,
}

impl Nodes {
    pub(crate) fn new(around: Arc<Surroundings>) -> Self {
        Self {
            around,
            current: Mutex::default(),
            zombies: Mutex::default(),
            started: AtomicU32::new(0),
        }
    }

    /// The node that serves, if there is one.
    pub(crate) fn current(&self) -> Option<Platform> {
        self.current.lock().as_ref().map(|node| node.platform.clone())
    }

    async fn new_node(&self) -> Node {
        let pulse = Pulse::new(self.started.fetch_add(1, Ordering::Relaxed));
        let world = self.around.world(&pulse);
        let platform = Platform::start(world).await.expect("supervisors start without the store");
        Node { platform, pulse }
    }

    /// Starts a node if there is none.
    pub(crate) async fn start(&self) {
        if self.current.lock().is_none() {
            let node = self.new_node().await;
            *self.current.lock() = Some(node);
        }
    }

    /// Ends the nodes that have died, and starts others in their place.
    pub(crate) async fn bury(self: Arc<Self>, mut died: mpsc::UnboundedReceiver<Death>) {
        while let Some(Death { node, down }) = died.recv().await {
            let current = {
                let mut current = self.current.lock();
                let is_it = current.as_ref().is_some_and(|it| it.pulse.node == node);
                if is_it { current.take() } else { None }
            };
            match current {
                Some(node) => {
                    node.kill();
                    let nodes = self.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(down).await;
                        nodes.start().await;
                    });
                }
                None => {
                    for zombie in self.zombies.lock().iter().filter(|it| it.pulse.node == node) {
                        zombie.kill();
                    }
                }
            }
        }
    }

    /// A new node takes over; the old one goes on for so long and does not know.
    pub(crate) async fn take_over(&self, linger: Duration) {
        let node = self.new_node().await;
        let Some(old) = self.current.lock().replace(node) else { return };
        self.around.witness.set_zombies(true);
        self.zombies.lock().push(old.clone());
        tokio::time::sleep(linger).await;
        old.kill();
    }

    /// Stops the node in good order and starts another one.
    pub(crate) async fn restart(&self) {
        let Some(old) = self.current.lock().take() else { return };
        old.platform.stop().await;
        old.kill();
        self.start().await;
    }

    /// Kills everything and starts one fresh node.
    pub(crate) async fn renew(&self) {
        for zombie in self.zombies.lock().drain(..) {
            zombie.kill();
        }
        self.around.witness.set_zombies(false);
        if let Some(old) = self.current.lock().take() {
            old.kill();
        }
        self.start().await;
    }
}
