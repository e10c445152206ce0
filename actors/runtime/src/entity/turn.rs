//! The turn: decide, group, commit, and only then let anything out (R1, R2, R3).

use super::actor::{Asked, Flight, Message, State};
use super::commit::commit;
use super::dispatch::{Errand, Work};
use super::group::Output;
use super::reply::{Idempotency, Known};
use crate::failure::Failure;
use igny8_actors_domain::sabotage::Sabotage;
use igny8_actors_domain::{Context, Dice, Entity, Origin, Refusal, RefusalKind, decide};
use igny8_protocol_ids::{Position, Timestamp};
use igny8_storage_api::{CommitOutcome, Head, OutboxKey, StoreError};
use ractor::ActorRef;
use std::time::Duration;
use tokio_util::task::AbortOnDropHandle;

/// The longest sleep of an actor: the clock may be set while it sleeps.
const SLEEP_MAX: Duration = Duration::from_mins(5);
/// The shortest: a due time in the past must not spin.
const SLEEP_MIN: Duration = Duration::from_millis(1);

impl<E: Entity> State<E> {
    /// Takes one message; an error is the reason to stop.
    pub(super) fn receive(
        &mut self,
        myself: &ActorRef<Message<E>>,
        message: Message<E>,
    ) -> Result<(), &'static str> {
        let full = self.group.is_full();
        match message {
            Message::Committed(outcome) => {
                self.committed(myself, outcome)?;
                while !self.group.is_full()
                    && let Some(deferred) = self.deferred.pop_front()
                {
                    self.take_in(myself, deferred)?;
                }
            }
            Message::HintLeft(hint) => self.hint_left(hint)?,
            message if full || !self.deferred.is_empty() => self.deferred.push_back(message),
            message => self.take_in(myself, message)?,
        }
        self.flush(myself);
        self.arm(myself);
        Ok(())
    }

    fn take_in(
        &mut self,
        myself: &ActorRef<Message<E>>,
        message: Message<E>,
    ) -> Result<(), &'static str> {
        match message {
            Message::Command { command, origin, idempotency, answer, permit } => {
                self.used_at = self.world.now();
                let result = self.decide(command, origin, idempotency);
                self.output(Box::new(move || {
                    drop(answer.send(result));
                    drop(permit);
                }));
            }
            Message::Read(question, permit) => self.asked(Asked::Read(question, permit)),
            Message::Join(joiner, permit) => self.asked(Asked::Join(joiner, permit)),
            Message::EffectDone(key, command) => self.effect_done(key, command),
            Message::Wake => {
                self.timer = None;
                return self.wake(myself);
            }
            Message::Committed(_) | Message::HintLeft(_) => unreachable!("taken before"),
            #[cfg(feature = "faults")]
            Message::Panic => panic!("asked to, by a test"),
        }
        Ok(())
    }

    /// Shows the state to somebody: now, if the commit in flight leaves it as it is, or else when
    /// the group goes to the store. What lies between two commits is seen by nobody.
    fn asked(&mut self, asked: Asked<E>) {
        self.used_at = self.world.now();
        if self.group.is_empty() {
            self.show(asked);
        } else {
            self.asked.push(asked);
        }
    }

    /// Shows the state. To be called while the group is empty: what is seen is durable with the
    /// commit in flight.
    fn show(&mut self, asked: Asked<E>) {
        match asked {
            Asked::Read(question, permit) => {
                let output = question(&self.core);
                self.output(Box::new(move || {
                    output();
                    drop(permit);
                }));
            }
            Asked::Join(joiner, permit) => {
                let seat = joiner(&self.core);
                self.seats.push(Box::new(move |position, subscription| {
                    seat(position, subscription);
                    drop(permit);
                }));
            }
        }
    }

    fn decide(
        &mut self,
        command: E::Command,
        origin: Origin,
        idempotency: Option<Idempotency>,
    ) -> Result<E::Reply, Failure> {
        if let Some(request) = &idempotency {
            match self.replies.known(request) {
                Known::Answered(reply) => return Ok(reply),
                Known::Reused => {
                    return Err(Failure::Refused(Refusal::new(
                        RefusalKind::Invalid,
                        "idempotency_key_reused",
                        "This idempotency key was used for another request: draw a new one.",
                    )));
                }
                Known::New => {}
            }
        }
        let now = self.world.now();
        let mut context = Context { now, entropy: Dice::new(self.world.roll()), origin };
        let (reply, changes) = decide(&mut self.core, command, &mut context)?;
        self.group.add(changes);
        if let Some(request) = idempotency {
            let ((key, body), dropped) = self.replies.keep(now, request, &reply);
            if !Sabotage::ReplyNotKept.is_on() {
                self.group.put(key, body);
            }
            dropped.into_iter().for_each(|key| self.group.delete(key));
        }
        Ok(reply)
    }

    /// An effect is done: its record is closed in the same commit as its answer (R4).
    fn effect_done(&mut self, key: OutboxKey, command: Option<E::Command>) {
        if self.errands.remove(&key).is_none() {
            return;
        }
        if !Sabotage::AnswerApart.is_on() {
            self.group.close(key);
        }
        if let Some(command) = command
            && let Err(failure) = self.decide(command, Origin::System, None)
        {
            tracing::error!(entity = %self.entity, %failure, "the answer of an effect was refused");
        }
    }

    /// Lets an output go once all that it saw is durable (R3).
    fn output(&mut self, output: Output) {
        match &mut self.flight {
            _ if Sabotage::GateOpen.is_on() => output(),
            Some(flight) if self.group.is_empty() => flight.outputs.push(output),
            None if self.group.is_empty() => output(),
            _ => self.group.outputs.push(output),
        }
    }

    fn position(&self) -> Position {
        Position { epoch: self.head.epoch, sequence: self.head.sequence }
    }

    /// Begins a commit if there is something to write and none is in flight.
    fn flush(&mut self, myself: &ActorRef<Message<E>>) {
        if self.flight.is_some() || self.leaving.is_some() {
            return;
        }
        if self.group.is_empty() {
            self.seat();
            return;
        }
        let mut group = std::mem::take(&mut self.group);
        let change = group.change(self.world.commit_id());
        let hint = self.hint_before(!group.effects.is_empty());
        let effects = std::mem::take(&mut group.effects);
        self.flight = Some(Flight {
            events: std::mem::take(&mut group.events),
            effects: self.prepare(effects),
            outputs: std::mem::take(&mut group.outputs),
        });
        for asked in std::mem::take(&mut self.asked) {
            self.show(asked);
        }
        let (store, entity, head, myself) =
            (self.world.store.clone(), self.entity, self.head, myself.clone());
        tokio::spawn(async move {
            let outcome = match hint {
                Some(due) => store.set_wake(&entity, head.epoch, Some(due)).await,
                None => Ok(()),
            };
            let outcome = match outcome {
                Ok(()) => commit(&store, entity, head, change).await,
                Err(error) => Err(error),
            };
            // A stopped actor has no use for the outcome: the next one reads the head.
            drop(myself.send_message(Message::Committed(outcome)));
        });
    }

    /// Work must be found after a crash: the hint is written before the commit that makes it.
    fn hint_before(&mut self, effects: bool) -> Option<Timestamp> {
        if Sabotage::HintNotWritten.is_on() {
            return None;
        }
        let due = if effects || !self.errands.is_empty() {
            Some(self.world.now())
        } else {
            self.core.next_due()
        }?;
        if self.hint.is_some_and(|hint| hint <= due) {
            return None;
        }
        self.hint = Some(due);
        self.hint_left_over = false;
        Some(due)
    }

    fn committed(
        &mut self,
        myself: &ActorRef<Message<E>>,
        outcome: Result<CommitOutcome, StoreError>,
    ) -> Result<(), &'static str> {
        let flight = self.flight.take().ok_or("a commit ended that was not in flight")?;
        let head: Head = match outcome {
            Ok(CommitOutcome::Applied(head)) => head,
            Ok(CommitOutcome::Fenced(_)) => return Err("fenced: another owner has taken over"),
            Err(error) => {
                tracing::error!(entity = %self.entity, %error, "commit failed");
                return Err("the store did not take a commit");
            }
        };
        self.head = head;
        self.outlet.publish(self.position(), flight.events);
        self.seat();
        for output in flight.outputs {
            output();
        }
        for (key, work) in flight.effects {
            self.run(myself, key, work);
        }
        Ok(())
    }

    /// The effects of the commit that begins, with what they need of the state that it leaves: they
    /// need not ask for it and wait for the commit after.
    fn prepare(&self, effects: Vec<E::Effect>) -> Vec<(OutboxKey, Work<E>)> {
        let sequence = self.head.sequence.next();
        let keys = (0..).map(|index| OutboxKey { sequence, index });
        let prepared = |(key, effect)| (key, self.work(key, effect, false));
        keys.zip(effects).map(prepared).collect()
    }

    /// What an effect comes to.
    pub(super) fn work(&self, key: OutboxKey, effect: E::Effect, resumed: bool) -> Work<E> {
        let errand = Errand { entity: self.entity, epoch: self.head.epoch, key, effect, resumed };
        self.dispatch.run(&self.core, errand)
    }

    /// Seats those who saw the state as it is committed now.
    fn seat(&mut self) {
        for seat in std::mem::take(&mut self.seats) {
            seat(self.position(), self.outlet.join());
        }
    }

    /// Runs an effect beside the actor; the answer comes back as a message.
    pub(super) fn run(&mut self, myself: &ActorRef<Message<E>>, key: OutboxKey, work: Work<E>) {
        if Sabotage::AnswerApart.is_on() {
            self.group.close(key);
        }
        let myself = myself.clone();
        let task = tokio::spawn(async move {
            let command = work.await;
            drop(myself.send_message(Message::EffectDone(key, command)));
        });
        self.errands.insert(key, AbortOnDropHandle::new(task));
    }

    fn wake(&mut self, myself: &ActorRef<Message<E>>) -> Result<(), &'static str> {
        let now = self.world.now();
        if self.core.next_due().is_some_and(|due| due <= now) {
            if let Err(failure) = self.decide(E::tick(), Origin::System, None) {
                tracing::error!(entity = %self.entity, %failure, "a tick was refused");
            }
            return Ok(());
        }
        let at_work = self.flight.is_some() || !self.group.is_empty() || !self.errands.is_empty();
        let wanted =
            now.since(self.used_at) < self.world.options.idle_timeout || !self.outlet.is_empty();
        if at_work || wanted || self.leaving.is_some() {
            return Ok(());
        }
        self.leave_hint(myself)
    }

    /// At rest the hint is exact: set for the next due time, or gone. The actor leaves when that
    /// is written, unless somebody needs it by then.
    fn leave_hint(&mut self, myself: &ActorRef<Message<E>>) -> Result<(), &'static str> {
        let due = self.core.next_due();
        if self.hint == due && !self.hint_left_over {
            return Err("idle");
        }
        self.leaving = Some(self.used_at);
        let (store, entity, epoch) = (self.world.store.clone(), self.entity, self.head.epoch);
        let myself = myself.clone();
        tokio::spawn(async move {
            // A later owner's hint stays, should there be one.
            let left = store.set_wake(&entity, epoch, due).await.map(|()| due);
            drop(myself.send_message(Message::HintLeft(left)));
        });
        Ok(())
    }

    fn hint_left(
        &mut self,
        hint: Result<Option<Timestamp>, StoreError>,
    ) -> Result<(), &'static str> {
        let used_at = self.leaving.take();
        self.hint_left_over = hint.is_err();
        self.hint = hint.unwrap_or_else(|error| {
            tracing::warn!(entity = %self.entity, %error, "nobody knows the wake hint");
            None
        });
        let is_needed = used_at != Some(self.used_at)
            || !(self.group.is_empty() && self.seats.is_empty() && self.errands.is_empty());
        if is_needed { Ok(()) } else { Err("idle") }
    }

    /// Sets the timer for the next thing to do: a due time, or to see whether anybody still needs
    /// this actor. A timer that goes off earlier is left alone: it looks again then.
    pub(super) fn arm(&mut self, myself: &ActorRef<Message<E>>) {
        let (now, idle) = (self.world.now(), self.world.options.idle_timeout);
        let leave = Some(self.used_at.plus(idle)).filter(|at| *at > now);
        let target = leave.unwrap_or_else(|| now.plus(idle)).min(now.plus(SLEEP_MAX));
        let target = self.core.next_due().map_or(target, |due| due.min(target));
        if self.timer.as_ref().is_some_and(|(at, _)| *at <= target) {
            return;
        }
        let (sleep, myself) = (target.since(now).max(SLEEP_MIN), myself.clone());
        let timer = tokio::spawn(async move {
            tokio::time::sleep(sleep).await;
            drop(myself.send_message(Message::Wake));
        });
        self.timer = Some((target, AbortOnDropHandle::new(timer)));
    }
}
