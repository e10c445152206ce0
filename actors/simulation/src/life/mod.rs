//! A life: nodes on virtual time, people who follow the plan, and a witness.

mod command;
mod editor;
mod end;
mod listener;
mod node;
mod person;
mod start;
mod steering;
mod suggestion;

use crate::plan::{Plan, SITES, USERS};
use crate::store::MemoryStore;
use crate::witness::{Violation, Witness};
use crate::world::{Gate, ModelLog, Sites, Surroundings, VirtualClock};
use command::Answered;
use editor::Editor;
use igny8_protocol_ids::{AccountId, DocumentId, SiteId, TenantId};
use listener::Listener;
use node::Nodes;
use parking_lot::Mutex;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// After the last step people wait so long for what they have begun, before the faults end.
const AFTER_LAST_STEP: Duration = Duration::from_mins(5);

/// What became of a life.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Broken promises; there should be none.
    pub violations: Vec<Violation>,
    /// Acts of people.
    pub steps: u64,
    /// Faults that happened.
    pub faults: u64,
    /// A number that follows from all that was written: equal for equal lives (R15).
    pub trace: u64,
    /// Commands that were answered, edits that were acknowledged, posts at sites: a life in which
    /// nothing happens proves nothing.
    pub done: Done,
}

/// What was done in a life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Commands that were answered.
    pub commands: u64,
    /// Edits that were acknowledged.
    pub edits: u64,
    /// Tasks that succeeded.
    pub succeeded: u64,
    /// Tasks that ended otherwise.
    pub ended: u64,
    /// Posts at sites.
    pub posts: u64,
}

/// What the tasks of a life share.
pub(crate) struct Life {
    pub(crate) plan: Plan,
    pub(crate) around: Arc<Surroundings>,
    pub(crate) nodes: Arc<Nodes>,
    pub(crate) people: Vec<AccountId>,
    pub(crate) tenant: TenantId,
    pub(crate) sites: Vec<SiteId>,
    pub(crate) answered: Mutex<Vec<Answered>>,
    pub(crate) editors: Mutex<BTreeMap<(usize, DocumentId), Editor>>,
    pub(crate) listeners: Mutex<BTreeMap<(usize, SiteId), Listener>>,
    pub(crate) panics: Mutex<u64>,
    numbers: AtomicU64,
    commands: AtomicU64,
}

impl Life {
    /// A number that nobody else has in this life.
    pub(crate) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }
    pub(crate) fn witness(&self) -> &Witness {
        &self.around.witness
    }
}

/// What a panic says that a plan asked for.
const ASKED: &str = "asked to, by a test";

thread_local! {
    /// Panics of this thread's life that nobody asked for.
    static PANICS: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Panics of lives are kept for their verdict and not printed; supervision takes them.
fn keep_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !IS_LIVING.get() {
                return print(info);
            }
            if info.payload_as_str() != Some(ASKED) {
                PANICS.with_borrow_mut(|panics| panics.push(info.to_string()));
            }
        }));
    });
}

thread_local! {
    static IS_LIVING: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Lives a plan to its end, on a runtime and a clock of its own.
pub fn live(plan: &Plan) -> Outcome {
    keep_panics();
    IS_LIVING.set(true);
    let mut outcome = live_now(plan);
    IS_LIVING.set(false);
    for what in PANICS.take() {
        outcome.violations.push(Violation { rule: "r12_nothing_panics_by_itself", what, at_ms: 0 });
    }
    outcome
}

fn live_now(plan: &Plan) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without a driver for files and sockets needs nothing of the system");
    // What people do may stay on this thread: only what the server does must be able to move.
    runtime.block_on(tokio::task::LocalSet::new().run_until(run(plan)))
}

async fn run(plan: &Plan) -> Outcome {
    let (deaths, died) = tokio::sync::mpsc::unbounded_channel();
    let (memory, clock) = (Arc::new(MemoryStore::default()), Arc::new(VirtualClock::start()));
    let around = Arc::new(Surroundings {
        witness: Witness::new(memory.clone(), clock.clone()),
        gate: Gate::new(plan, deaths),
        memory,
        clock,
        models: Arc::new(ModelLog::default()),
        sites: Arc::new(Sites::default()),
        place: plan.place.clone(),
        seed: plan.seed,
    });
    let nodes = Arc::new(Nodes::new(around.clone()));
    nodes.start().await;
    let undertaker = tokio::spawn(nodes.clone().bury(died));
    let life = start::begin(plan.clone(), around, nodes).await;
    let beginning = Instant::now();
    life.around.gate.set_calm(false);
    let mut acts = tokio::task::JoinSet::new();
    for step in &life.plan.steps {
        tokio::time::sleep_until(beginning + Duration::from_millis(step.at_ms)).await;
        acts.spawn_local(life.clone().act(step.clone()));
        while acts.try_join_next().is_some() {}
    }
    let all = async { while acts.join_next().await.is_some() {} };
    drop(tokio::time::timeout(AFTER_LAST_STEP, all).await);
    life.end().await;
    undertaker.abort();
    life.outcome()
}

impl Life {
    fn outcome(&self) -> Outcome {
        let mut done = Done { commands: self.commands.load(Ordering::Relaxed), ..Done::default() };
        self.witness().each(
            |_, site| {
                use igny8_actors_domain::site::TaskStatus as S;
                for task in site.tasks() {
                    match task.status {
                        S::Succeeded => done.succeeded += 1,
                        S::Queued | S::Running => {}
                        _ => done.ended += 1,
                    }
                }
            },
            |_, _| {},
        );
        done.edits = self.witness().edits();
        done.posts = self.around.sites.posts().len() as u64;
        Outcome {
            violations: self.witness().violations(),
            steps: self.plan.steps.len() as u64,
            faults: self.around.gate.happened() + *self.panics.lock(),
            trace: self.witness().trace(),
            done,
        }
    }
}

const _: () = assert!(USERS >= 3 && SITES >= 2, "a life has three people and two sites");
