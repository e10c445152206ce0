//! The world of a node: time that jumps, chance from the seed, models and sites that fail.

mod access;
mod gate;
mod model;
mod site;
mod text;

pub(crate) use gate::{Death, Gate, Pulse};
pub(crate) use model::ModelLog;
pub(crate) use site::Sites;

use crate::chance::Chance;
use crate::plan::Place;
use crate::store::{MemoryStore, NodeStore};
use crate::witness::Witness;
use access::{CheapHash, Inline, SmallEmbedder, XorRing};
use igny8_actors_ports::{Clock, Entropy};
use igny8_actors_runtime::{World, WorldOptions};
use igny8_protocol_ids::{Credits, Timestamp};
use model::{FakeImages, FakeModel};
use parking_lot::Mutex;
use site::FakeWordPress;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// When each life begins: 2026-03-28 00:00 UTC, the day before clocks change in Europe.
const BEGINNING_MS: i64 = 1_774_656_000_000;

/// Virtual time.
pub(crate) struct VirtualClock(Instant);

impl VirtualClock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(BEGINNING_MS).plus(self.0.elapsed())
    }
}

struct SeededEntropy(Mutex<Chance>);

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().fill(buffer);
    }
}

/// What all nodes of a life share.
pub(crate) struct Surroundings {
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) witness: Arc<Witness>,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) models: Arc<ModelLog>,
    pub(crate) sites: Arc<Sites>,
    pub(crate) place: Place,
    pub(crate) seed: u64,
}

impl Surroundings {
    /// The world as this node has it.
    pub(crate) fn world(&self, pulse: &Arc<Pulse>) -> World {
        let seed = self.seed ^ (u64::from(pulse.node) << 40) ^ 0x6e6f_6465;
        let (gate, pulse, witness) = (self.gate.clone(), pulse.clone(), self.witness.clone());
        let wordpress = Arc::new(FakeWordPress {
            gate: gate.clone(),
            pulse: pulse.clone(),
            witness: witness.clone(),
            sites: self.sites.clone(),
            clock: self.clock.clone(),
        });
        let store = NodeStore {
            memory: self.memory.clone(),
            gate: gate.clone(),
            pulse: pulse.clone(),
            witness: witness.clone(),
        };
        let model = FakeModel {
            gate: gate.clone(),
            pulse: pulse.clone(),
            witness: witness.clone(),
            log: self.models.clone(),
            is_deterministic: self.place.model_is_deterministic,
        };
        World {
            store: Arc::new(store),
            clock: self.clock.clone(),
            entropy: Arc::new(SeededEntropy(Mutex::new(Chance::new(seed)))),
            models: Arc::new(model::OneModel(Arc::new(model))),
            images: Arc::new(FakeImages { gate, pulse, witness }),
            embedder: Arc::new(SmallEmbedder),
            wordpress: wordpress.clone(),
            export: wordpress,
            keys: Arc::new(XorRing),
            passwords: Arc::new(CheapHash),
            compute: Arc::new(Inline),
            options: WorldOptions {
                idle_timeout: Duration::from_millis(self.place.idle_ms),
                wake_period: Duration::from_millis(self.place.wake_ms),
                model_idle_timeout: Duration::from_secs(60),
                demo_credits: Some(Credits(self.place.credits)),
                ..WorldOptions::default()
            },
        }
    }
}
