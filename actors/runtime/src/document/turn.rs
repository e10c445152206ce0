//! The turn: what arrives while a write is in flight is applied at once, written together, and
//! only then relayed and acknowledged (R3, R7).

use super::actor::{Edit, Message, SessionEdit, State, Welcome};
use super::author::Source;
use super::room::{Delivery, DocumentFrame, Encoded, Place, Shared, TurnUpdate};
use crate::entity::{append, commit};
use crate::failure::Failure;
use bytes::Bytes;
use igny8_actors_document::{Applied, UpdateRefused, merge};
use igny8_actors_domain::sabotage::Sabotage;
use igny8_protocol_ids::{Position, Sequence, Timestamp};
use igny8_storage_api::{
    Append, BlobHash, Change, CommitOutcome, Head, Record, RecordKey, Store, StoreError,
};
use ractor::ActorRef;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::task::AbortOnDropHandle;

/// The state vector of a client that has nothing yet.
pub(super) const NOTHING: &[u8] = &[0];
/// How often the actor looks whether it is still needed, at the least.
const SLEEP: Duration = Duration::from_secs(15);

pub(crate) type Output = Box<dyn FnOnce() + Send>;
/// Seats a joiner once what it saw is durable.
pub(super) type Seat = Box<dyn FnOnce(&mut State) + Send>;

/// What waits to be written.
#[derive(Default)]
pub(super) struct Turn {
    pub deltas: Vec<Vec<u8>>,
    /// Per session the highest counter of its edits in this turn.
    pub edits: BTreeMap<u64, u32>,
    /// True if somebody other than sessions wrote: then everybody hears the turn.
    pub by_server: bool,
    pub records: Vec<Record>,
    pub deletes: Vec<RecordKey>,
    pub blobs: Vec<bytes::Bytes>,
    pub compacted: Vec<(igny8_protocol_ids::Epoch, Sequence)>,
    /// The server's own edits do not commute with being repeated: they are fenced (R5).
    pub fenced: bool,
    /// Where AI runs are after it; `None` for one that is gone.
    pub carets: BTreeMap<u64, Option<String>>,
    pub outputs: Vec<Output>,
    pub seats: Vec<Seat>,
}

impl Turn {
    fn is_empty(&self) -> bool {
        self.deltas.is_empty()
            && self.records.is_empty()
            && self.deletes.is_empty()
            && self.blobs.is_empty()
            && self.compacted.is_empty()
    }
}

/// What waits for the write in flight.
pub(super) struct Flight {
    update: Option<Vec<u8>>,
    /// Whether it is written as a row.
    has_row: bool,
    sequence: Sequence,
    turn: Turn,
}

impl State {
    pub(super) fn begin(&mut self, myself: &ActorRef<Message>) {
        if let Some(update) = self.live.seed() {
            self.by_server(update);
        }
        self.flush(myself);
        self.arm(myself);
    }

    pub(super) fn receive(
        &mut self,
        myself: &ActorRef<Message>,
        message: Message,
    ) -> Result<(), &'static str> {
        match message {
            Message::Written(outcome) => self.written(outcome)?,
            Message::Wake => {
                self.wake(myself)?;
                self.arm(myself);
            }
            Message::Fold(rows) => self.fold(rows)?,
            message => {
                self.used_at = self.world.now();
                self.take_in(message);
                if self.erased || self.has_outgrown_its_checkpoint() {
                    self.compact(myself);
                }
            }
        }
        self.flush(myself);
        Ok(())
    }

    fn take_in(&mut self, message: Message) {
        match message {
            Message::Join {
                session,
                state_vector,
                writable,
                account,
                listener,
                answer,
                permit,
            } => {
                let update = match &state_vector {
                    Some(have) if have != NOTHING => {
                        self.live.diff(have).map(|diff| Arc::new(Bytes::from(diff).into()))
                    }
                    _ => Ok(self.snapshot()),
                };
                let state_vector = self.live.state_vector();
                self.turn.seats.push(Box::new(move |state| {
                    let seat =
                        |state: &mut State| state.room.join(session, writable, account, listener);
                    drop(answer.send(state.welcome(seat, update, state_vector)));
                    drop(permit);
                }));
            }
            Message::Update { mut delivery, edits, permit } => {
                self.updates(&delivery, &edits);
                delivery.is_done = true;
                self.turn.outputs.push(Box::new(move || drop(permit)));
            }
            Message::Read(question, permit) => {
                let output = question(&self.live);
                self.output(Box::new(move || {
                    output();
                    drop(permit);
                }));
            }
            Message::Edit(edit, answer, permit) => self.edit(edit, answer, permit),
            Message::History(act, permit) => {
                let output = act(self);
                self.output(Box::new(move || {
                    output();
                    drop(permit);
                }));
            }
            Message::Erase(answer, permit) => self.erase(answer, permit),
            Message::RunBegin { run, about, answer, permit } => {
                self.run_begin(run, about, answer, permit)
            }
            Message::RunPush { run, offset, text, answer, permit } => {
                self.run_push(run, offset, &text, answer, permit)
            }
            Message::RunEnd { run, end, answer, permit } => self.run_end(run, end, answer, permit),
            Message::Written(_) | Message::Fold(_) | Message::Wake => unreachable!("taken before"),
            #[cfg(feature = "faults")]
            Message::Panic => panic!("asked to, by a test"),
        }
    }

    fn welcome(
        &mut self,
        seat: impl FnOnce(&mut State) -> Place,
        update: Result<Arc<Shared>, UpdateRefused>,
        state_vector: Vec<u8>,
    ) -> Result<Welcome, Failure> {
        if self.erased {
            return Err(Failure::not_found("document"));
        }
        let update =
            update.map_err(|error| Failure::invalid("invalid_state_vector", error.to_string()))?;
        Ok(Welcome {
            position: self.position(),
            update,
            state_vector,
            awareness: self.room.present(),
            speakers: self.room.speakers(),
            subscription: seat(self),
        })
    }

    /// The whole state, encoded once for all who join at this version.
    fn snapshot(&mut self) -> Arc<Shared> {
        let version = self.live.version();
        match &self.snapshot {
            Some((of, snapshot)) if *of == version => snapshot.clone(),
            _ => {
                let snapshot = Arc::new(Shared::from(self.live.snapshot()));
                self.snapshot = Some((version, snapshot.clone()));
                snapshot
            }
        }
    }

    /// Edits that one session made one after the other.
    fn updates(&mut self, from: &Delivery, edits: &[SessionEdit]) {
        if let [_, .., last] = edits
            && from.writable
        {
            let updates: Vec<&[u8]> = edits.iter().map(|edit| &edit.update[..]).collect();
            if let Some(applied) = self.live.apply_together(&updates) {
                return self.taken(from, last.reference, applied);
            }
        }
        for SessionEdit { reference, update } in edits {
            self.update(from, *reference, update);
        }
    }

    /// A person's edit: applied, to be relayed and acknowledged when it is durable; or refused,
    /// and nobody else notices (R8).
    fn update(&mut self, from: &Delivery, reference: u32, update: &[u8]) {
        let refused = |code, message: String, state_vector| DocumentFrame::Refused {
            reference,
            code,
            message,
            state_vector,
        };
        if !from.writable {
            let message = "You may read this document, not change it.".to_owned();
            return self.room.tell(from.session, &refused("read_only", message, None));
        }
        match self.live.apply(update) {
            Ok(applied) => self.taken(from, reference, applied),
            Err(error) => {
                metrics::counter!("igny8_document_updates_refused_total", "reason" => code(&error))
                    .increment(1);
                let state_vector = match &error {
                    UpdateRefused::Gap { have_state_vector } => Some(have_state_vector.clone()),
                    _ => None,
                };
                let message =
                    format!("The edit was not taken: {error}. Copy your text, then reload.");
                self.room.tell(from.session, &refused(code(&error), message, state_vector));
            }
        }
    }

    fn taken(&mut self, from: &Delivery, reference: u32, applied: Applied) {
        let session = from.session;
        if Sabotage::EditAcknowledgedEarly.is_on() {
            self.acknowledge(&BTreeMap::from([(session, reference)]));
        }
        let counter = self.turn.edits.entry(session).or_default();
        *counter = (*counter).max(reference);
        let changed = applied.changed;
        if changed {
            self.turn.deltas.push(applied.delta);
        }
        self.written_by(from.account, &applied.wrote);
        if changed {
            self.typed(from.account);
        }
        if applied.suspect
            && let Some(repair) = self.live.repair()
        {
            self.by_server(repair);
        }
    }

    /// An edit of the server's own: fenced, heard by all.
    pub(super) fn by_server(&mut self, update: Vec<u8>) {
        self.attribute_own(Source::Server);
        self.turn.deltas.push(update);
        self.turn.fenced = true;
        self.turn.by_server = true;
    }

    fn edit(
        &mut self,
        edit: Edit,
        answer: tokio::sync::oneshot::Sender<Result<Position, Failure>>,
        permit: tokio::sync::OwnedSemaphorePermit,
    ) {
        if let Some(update) = edit(&mut self.live) {
            self.by_server(update);
        }
        let position = self.next_position();
        self.output(Box::new(move || {
            drop(answer.send(Ok(position)));
            drop(permit);
        }));
    }

    pub(super) fn position(&self) -> Position {
        Position { epoch: self.head.epoch, sequence: self.written }
    }

    fn next_position(&self) -> Position {
        Position { epoch: self.head.epoch, sequence: self.written.next() }
    }

    /// Lets an output go once all that it saw is durable.
    pub(super) fn output(&mut self, output: Output) {
        if self.turn.is_empty() && self.flight.is_none() && self.turn.outputs.is_empty() {
            output();
        } else {
            self.turn.outputs.push(output);
        }
    }

    /// Begins a write if there is something to write and none is in flight.
    pub(super) fn flush(&mut self, myself: &ActorRef<Message>) {
        if self.flight.is_some() {
            return;
        }
        if self.turn.is_empty() {
            let turn = std::mem::take(&mut self.turn);
            self.acknowledge(&turn.edits);
            turn.seats.into_iter().for_each(|seat| seat(self));
            self.show_carets(turn.carets);
            turn.outputs.into_iter().for_each(|output| output());
            return;
        }
        let deltas = std::mem::take(&mut self.turn.deltas);
        let update = (!deltas.is_empty()).then(|| merge(&deltas));
        let sequence = if update.is_some() { self.written.next() } else { self.written };
        let row = update.as_ref().and_then(|update| self.row_of(sequence, update));
        if self.turn.fenced {
            self.write_ends();
        }
        let mut turn = std::mem::take(&mut self.turn);
        let has_row = row.is_some();
        let write = Write {
            store: self.world.store.clone(),
            entity: self.entity,
            head: self.head,
            blobs: std::mem::take(&mut turn.blobs),
            now: self.world.now(),
            row,
            change: turn.fenced.then(|| Change {
                commit_id: self.world.commit_id(),
                puts: std::mem::take(&mut turn.records),
                deletes: std::mem::take(&mut turn.deletes),
                compacted: std::mem::take(&mut turn.compacted),
                ..Change::default()
            }),
        };
        self.flight = Some(Flight { update, has_row, sequence, turn });
        let myself = myself.clone();
        tokio::spawn(async move {
            let outcome = write.run().await;
            drop(myself.send_message(Message::Written(outcome)));
        });
    }

    fn written(&mut self, outcome: Result<Option<Head>, StoreError>) -> Result<(), &'static str> {
        let Flight { update, has_row, sequence, turn } =
            self.flight.take().ok_or("a write ended that was not in flight")?;
        match outcome {
            Ok(Some(head)) => self.head = head,
            Ok(None) => {}
            Err(error) => {
                tracing::error!(entity = %self.entity, %error, "a document could not be written");
                return Err("the store did not take a write");
            }
        }
        turn.seats.into_iter().for_each(|seat| seat(self));
        self.written = sequence;
        if let Some(update) = update {
            if has_row {
                self.seen.insert((self.head.epoch, sequence));
                self.unfolded_bytes += update.len();
            }
            let sole = if turn.by_server || turn.edits.len() != 1 {
                None
            } else {
                turn.edits.keys().next().copied()
            };
            let frame =
                TurnUpdate { position: self.position(), update, encoded: Encoded::default() };
            self.room.tell_others(sole, &DocumentFrame::Update(Arc::new(frame)));
        }
        self.show_carets(turn.carets);
        self.acknowledge(&turn.edits);
        turn.outputs.into_iter().for_each(|output| output());
        Ok(())
    }

    fn acknowledge(&mut self, edits: &BTreeMap<u64, u32>) {
        let position = self.position();
        for (session, reference) in edits {
            self.room.tell(*session, &DocumentFrame::Durable { reference: *reference, position });
        }
    }

    pub(super) fn idle(&self) -> bool {
        self.flight.is_none()
            && self.turn.is_empty()
            && self.writing.is_empty()
            && self.world.now().since(self.used_at) >= self.world.options.document_idle_timeout
    }

    fn arm(&mut self, myself: &ActorRef<Message>) {
        let myself = myself.clone();
        let pause = SLEEP.min(self.world.options.document_idle_timeout);
        self.timer = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            drop(myself.send_message(Message::Wake));
        })));
    }

    fn wake(&mut self, myself: &ActorRef<Message>) -> Result<(), &'static str> {
        // It is as large as the document: kept for those who join in a crowd.
        self.snapshot = None;
        if self.idle() && self.seen.is_empty() {
            // Those who have it open stay: it comes back when one of them does something.
            self.room.leave(self.head.epoch);
            return Err("idle");
        }
        self.compact(myself);
        Ok(())
    }
}

const fn code(error: &UpdateRefused) -> &'static str {
    match error {
        UpdateRefused::Undecodable { .. } => "undecodable",
        UpdateRefused::TooLarge { .. } => "too_large",
        UpdateRefused::Gap { .. } => "gap",
        UpdateRefused::Skip => "skip",
        UpdateRefused::Schema { .. } => "schema",
        UpdateRefused::Panicked => "unusable",
        UpdateRefused::DocumentTooLarge { .. } => "document_too_large",
    }
}

/// One write: blobs first, then an append (people's edits) or a fenced commit.
struct Write {
    store: Arc<dyn Store>,
    entity: igny8_protocol_ids::EntityKey,
    head: Head,
    blobs: Vec<bytes::Bytes>,
    now: Timestamp,
    row: Option<Append>,
    change: Option<Change>,
}

impl Write {
    async fn run(self) -> Result<Option<Head>, StoreError> {
        if let igny8_protocol_ids::Scope::Tenant(tenant) = self.entity.scope {
            for blob in self.blobs {
                let expected = BlobHash::of(&blob);
                let stored = self.store.put_blob(tenant, blob, self.now).await?;
                debug_assert_eq!(stored, expected, "blobs are named by their hash");
            }
        }
        let Some(mut change) = self.change else {
            if let Some(row) = self.row {
                append(&self.store, self.entity, self.head, row).await?;
            }
            return Ok(None);
        };
        change.appends.extend(self.row);
        match commit(&self.store, self.entity, self.head, change).await? {
            CommitOutcome::Applied(head) => Ok(Some(head)),
            CommitOutcome::Fenced(_) => {
                Err(StoreError::Unavailable { reason: "another owner has taken over".to_owned() })
            }
        }
    }
}
