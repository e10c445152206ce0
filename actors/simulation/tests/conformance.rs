//! The store in memory passes the suite: lives are lived on a store that keeps its promises.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use igny8_actors_simulation::MemoryStore;
use igny8_storage_conformance::Backend;
use std::sync::Arc;

struct Memory(Arc<MemoryStore>);

impl Backend for Memory {
    type Store = MemoryStore;
    const NAME: &'static str = "memory";

    async fn create() -> Self {
        Self(Arc::default())
    }
    async fn open(&self) -> Arc<MemoryStore> {
        self.0.clone()
    }
    async fn close(&self, _: Arc<MemoryStore>) {}
    /// It outlives the nodes that use it.
    async fn crash(&self, store: Arc<MemoryStore>) -> Arc<MemoryStore> {
        store
    }
}

igny8_storage_conformance::enrol!(Memory);
