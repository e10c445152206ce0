//! Who waits for a lane: one lock around the core's board, one timer for all, no polling.

use super::metric;
use crate::world::World;
use igny8_actors_domain::Dice;
use igny8_actors_domain::lane::{
    Ask, Board, CallEnd, Hint, LaneKey, LaneView, Outcome, Refused, Standing, Ticket, Verdict,
};
use igny8_actors_ports::{RateHint, RateHints};
use igny8_protocol_ids::{TaskId, TenantId, Timestamp};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

/// What a waiter hears: the candidate's place in its list, or why there is none.
type Answer = Result<usize, Refused>;

#[derive(Default)]
struct State {
    board: Board,
    waiters: HashMap<Ticket, oneshot::Sender<Answer>>,
    next_ticket: u64,
}

impl State {
    /// Wakes those who were decided upon, in the order of the decisions. A waiter that has just
    /// gone gives its place back when it notices: its guard ends the call.
    fn deliver(&mut self, verdicts: Vec<Verdict>) {
        for verdict in verdicts {
            let (ticket, answer) = match verdict {
                Verdict::Go { ticket, route } => (ticket, Ok(route)),
                Verdict::Refuse { ticket, refused } => (ticket, Err(refused)),
            };
            if let Some(waiter) = self.waiters.remove(&ticket) {
                // Nobody listens: the guard of that waiter is just being dropped.
                let _ = waiter.send(answer);
            }
        }
    }
}

/// The lanes of this node.
pub(crate) struct LaneBoard {
    world: World,
    state: Mutex<State>,
    /// Something waits, or waits for something else: the timer looks anew.
    changed: Notify,
}

impl LaneBoard {
    pub(crate) fn new(world: World) -> Arc<Self> {
        Arc::new(Self { world, state: Mutex::default(), changed: Notify::new() })
    }

    fn with(&self, act: impl FnOnce(&mut Board, Timestamp) -> Vec<Verdict>) {
        let now = self.world.now();
        let mut state = self.state.lock();
        let verdicts = act(&mut state.board, now);
        state.deliver(verdicts);
        if !state.waiters.is_empty() {
            self.changed.notify_one();
        }
    }

    /// Waits for a place. Dropping the future gives it up.
    pub(crate) async fn acquire(self: &Arc<Self>, ask: Ask) -> Result<Permit, Refused> {
        let (waiter, answer) = oneshot::channel();
        let lanes: Vec<LaneKey> = ask.routes.iter().map(|route| route.lane.clone()).collect();
        let asked = self.world.now();
        let mut place = {
            let mut state = self.state.lock();
            state.next_ticket += 1;
            let ticket = Ticket(state.next_ticket);
            state.waiters.insert(ticket, waiter);
            Place { board: self.clone(), ticket, kept: true }
        };
        let ticket = place.ticket;
        self.with(|board, now| board.ask(now, ticket, ask));
        let closed = || Refused {
            class: igny8_actors_domain::site::FailureClass::Internal,
            message: "The server is going down.".to_owned(),
            again_at: None,
            obstacle: None,
        };
        let route = answer.await.map_err(|_| closed())??;
        place.kept = false;
        let lane = lanes[route].clone();
        let waited = self.world.now().since(asked);
        metric::started(&lane, waited);
        Ok(Permit { board: self.clone(), ticket, route, lane, ended: false })
    }

    /// Lets waiters start when time allows it; until the platform stops.
    pub(crate) async fn run(self: Arc<Self>, stopping: CancellationToken) {
        loop {
            let now = self.world.now();
            let due = self.state.lock().board.next_due(now);
            let pause = async {
                match due {
                    Some(due) => tokio::time::sleep(due.since(now)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = stopping.cancelled() => return,
                () = self.changed.notified() => {}
                () = pause => self.with(Board::tick),
            }
        }
    }

    /// Somebody tried the lane by hand, and it answered.
    pub(crate) fn revive(&self, lane: &LaneKey) {
        self.with(|board, now| board.revive(now, lane));
    }

    /// Why a task's call waits.
    pub(crate) fn standing(&self, task: TaskId) -> Option<Standing> {
        let now = self.world.now();
        self.state.lock().board.standing(now, task)
    }

    /// The lanes that a tenant may see.
    pub(crate) fn lanes(&self, tenant: TenantId) -> Vec<LaneView> {
        let now = self.world.now();
        self.state.lock().board.lanes(now, tenant)
    }
}

/// A place in a line. Whoever leaves gives it up; one that was called meanwhile ends its call.
struct Place {
    board: Arc<LaneBoard>,
    ticket: Ticket,
    kept: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.kept {
            return;
        }
        let mut dice = Dice::new(self.board.world.roll());
        self.board.state.lock().waiters.remove(&self.ticket);
        self.board.with(|board, now| {
            let mut verdicts = board.withdraw(now, self.ticket);
            verdicts.extend(board.end(now, self.ticket, &UNUSED, &mut dice));
            verdicts
        });
    }
}

/// A call that never was.
const UNUSED: Outcome =
    Outcome { end: CallEnd::BrokenOff, tokens: 0, cost_micros: 0, first_word_ms: None };

/// The right to make one call by one lane.
pub(crate) struct Permit {
    board: Arc<LaneBoard>,
    ticket: Ticket,
    /// The candidate's place in the list that was asked for.
    pub(crate) route: usize,
    /// Its lane.
    pub(crate) lane: LaneKey,
    ended: bool,
}

impl Permit {
    /// What the provider says of its limits.
    pub(crate) fn learn(&self, hints: &RateHints) {
        self.board.with(|board, now| {
            board.learn(now, self.ticket, hint(hints.requests), hint(hints.tokens));
            board.tick(now)
        });
    }

    /// The first word is there.
    pub(crate) fn answers(&self) {
        self.board.with(|board, now| board.answers(now, self.ticket));
    }

    /// The call has ended. Counts once.
    pub(crate) fn end(&mut self, outcome: &Outcome) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        metric::ended(&self.lane, outcome);
        let mut dice = Dice::new(self.board.world.roll());
        self.board.with(|board, now| board.end(now, self.ticket, outcome, &mut dice));
        metric::lane(
            &self.lane,
            self.board.state.lock().board.lane(self.board.world.now(), &self.lane),
        );
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.end(&UNUSED);
    }
}

fn hint(hint: RateHint) -> Hint {
    Hint { limit: hint.limit, remaining: hint.remaining, reset: hint.reset }
}
