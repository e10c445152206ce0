//! The gate before every call of the store and of a port: it counts calls, holds up those of nodes
//! that are dead, and says what goes wrong.

use crate::chance::Chance;
use crate::plan::{Fault, ModelFault, Plan, SiteFault, StoreFault};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// Whether a node lives: what it has under way holds this.
#[derive(Debug)]
pub(crate) struct Pulse {
    pub(crate) node: u32,
    dead: AtomicBool,
}

impl Pulse {
    pub(crate) fn new(node: u32) -> Arc<Self> {
        Arc::new(Self { node, dead: AtomicBool::new(false) })
    }
    pub(crate) fn stop(&self) {
        self.dead.store(true, Ordering::Relaxed);
    }
    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }
    /// What a dead node has begun never ends.
    pub(crate) async fn alive(&self) {
        if self.is_dead() {
            std::future::pending::<()>().await;
        }
    }
}

/// A node that has died, and how long there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Death {
    pub(crate) node: u32,
    pub(crate) down: Duration,
}

/// Which faults a call can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Store,
    Model,
    Image,
    Site,
}

struct State {
    chance: Chance,
    /// True at the beginning and at the end of a life: nothing fails.
    calm: bool,
    calls: u64,
    of_class: BTreeMap<Class, u64>,
    store: BTreeMap<u64, StoreFault>,
    model: BTreeMap<u64, ModelFault>,
    image: BTreeMap<u64, ModelFault>,
    site: BTreeMap<u64, SiteFault>,
    crashes: BTreeMap<u64, (bool, Duration)>,
    happened: u64,
}

/// One for a life.
pub(crate) struct Gate {
    state: Mutex<State>,
    deaths: mpsc::UnboundedSender<Death>,
    store_latency_ms: u64,
}

/// A call that was let in.
pub(crate) struct Pass<F> {
    /// What goes wrong with it.
    pub(crate) fault: Option<F>,
    crash: Option<(bool, Duration)>,
    latency_after: Duration,
}

impl Gate {
    pub(crate) fn new(plan: &Plan, deaths: mpsc::UnboundedSender<Death>) -> Arc<Self> {
        let mut state = State {
            chance: Chance::new(plan.seed ^ 0x6761_7465),
            calm: true,
            calls: 0,
            of_class: BTreeMap::new(),
            store: BTreeMap::new(),
            model: BTreeMap::new(),
            image: BTreeMap::new(),
            site: BTreeMap::new(),
            crashes: BTreeMap::new(),
            happened: 0,
        };
        for fault in &plan.faults {
            match *fault {
                Fault::Store(call, fault) => {
                    state.store.insert(call, fault);
                }
                Fault::Model(call, fault) => {
                    state.model.insert(call, fault);
                }
                Fault::Image(call, fault) => {
                    state.image.insert(call, fault);
                }
                Fault::Site(call, fault) => {
                    state.site.insert(call, fault);
                }
                Fault::Crash { call, after, down_ms } => {
                    state.crashes.insert(call, (after, Duration::from_millis(down_ms)));
                }
            }
        }
        let store_latency_ms = plan.place.store_latency_ms;
        Arc::new(Self { state: Mutex::new(state), deaths, store_latency_ms })
    }

    pub(crate) fn set_calm(&self, calm: bool) {
        self.state.lock().calm = calm;
    }
    /// Faults that happened.
    pub(crate) fn happened(&self) -> u64 {
        self.state.lock().happened
    }
    pub(crate) fn note_fault(&self) {
        self.state.lock().happened += 1;
    }
    /// Chance for whoever is called.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.state.lock().chance.below(bound)
    }

    pub(crate) async fn store(&self, pulse: &Pulse) -> Pass<StoreFault> {
        let (pass, before) = {
            let mut state = self.state.lock();
            let (number, crash) = state.count(Class::Store);
            let fault = state.fault(number, |state| &mut state.store);
            let latency = match self.store_latency_ms {
                0 => 0,
                most => state.chance.below(most + 1),
            };
            let before = state.chance.below(latency + 1);
            let after = Duration::from_millis(latency - before);
            (Pass { fault, crash, latency_after: after }, Duration::from_millis(before))
        };
        self.enter(pulse, &pass, before).await;
        pass
    }

    pub(crate) async fn model(&self, pulse: &Pulse) -> Pass<ModelFault> {
        self.port(pulse, Class::Model, |state| &mut state.model).await
    }
    pub(crate) async fn image(&self, pulse: &Pulse) -> Pass<ModelFault> {
        self.port(pulse, Class::Image, |state| &mut state.image).await
    }
    pub(crate) async fn site(&self, pulse: &Pulse) -> Pass<SiteFault> {
        self.port(pulse, Class::Site, |state| &mut state.site).await
    }

    async fn port<F>(
        &self,
        pulse: &Pulse,
        class: Class,
        faults: fn(&mut State) -> &mut BTreeMap<u64, F>,
    ) -> Pass<F> {
        let (pass, before) = {
            let mut state = self.state.lock();
            let (number, crash) = state.count(class);
            let fault = state.fault(number, faults);
            let before = Duration::from_millis(state.chance.between(5, 300));
            (Pass { fault, crash, latency_after: Duration::from_millis(5) }, before)
        };
        self.enter(pulse, &pass, before).await;
        pass
    }

    async fn enter<F>(&self, pulse: &Pulse, pass: &Pass<F>, before: Duration) {
        pulse.alive().await;
        wait(before).await;
        if let Some((false, down)) = pass.crash {
            self.die(pulse, down);
        }
        pulse.alive().await;
    }

    /// To be called when the call has had its effect.
    pub(crate) async fn leave<F>(&self, pulse: &Pulse, pass: &Pass<F>) {
        if let Some((true, down)) = pass.crash {
            self.die(pulse, down);
        }
        pulse.alive().await;
        wait(pass.latency_after).await;
        pulse.alive().await;
    }

    fn die(&self, pulse: &Pulse, down: Duration) {
        if !pulse.is_dead() {
            pulse.stop();
            self.note_fault();
            let _ = self.deaths.send(Death { node: pulse.node, down });
        }
    }
}

impl State {
    /// The call's number within its class, and whether the node dies at it.
    fn count(&mut self, class: Class) -> (u64, Option<(bool, Duration)>) {
        if self.calm {
            return (u64::MAX, None);
        }
        let crash = self.crashes.remove(&self.calls);
        self.calls += 1;
        let number = self.of_class.entry(class).or_default();
        *number += 1;
        (*number - 1, crash)
    }

    fn fault<F>(
        &mut self,
        number: u64,
        faults: impl Fn(&mut Self) -> &mut BTreeMap<u64, F>,
    ) -> Option<F> {
        let fault = faults(self).remove(&number);
        self.happened += u64::from(fault.is_some());
        fault
    }
}

async fn wait(time: Duration) {
    if time.is_zero() {
        tokio::task::yield_now().await;
    } else {
        tokio::time::sleep(time).await;
    }
}
